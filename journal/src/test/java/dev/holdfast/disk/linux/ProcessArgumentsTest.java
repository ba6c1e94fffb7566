package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProcessArgumentsTest {
  private static final byte[] COMMAND_LINE =
      "java\0Main\0first\0\0\u00ff\n\0".getBytes(StandardCharsets.ISO_8859_1);

  @Test
  void takesTheLastOnesByteForByte() {
    assertThat(ProcessArguments.lastOf(COMMAND_LINE, 3))
        .containsExactly(bytes("first"), bytes(""), new byte[] {(byte) 0xff, '\n'});
    assertThat(ProcessArguments.lastOf(COMMAND_LINE, 0)).isEmpty();
    assertThat(ProcessArguments.lastOf(COMMAND_LINE, 5)).hasSize(5);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void refusesMoreThanThereAre() {
    assertThatIllegalArgumentException().isThrownBy(() -> ProcessArguments.lastOf(COMMAND_LINE, 6));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProcessArguments.lastOf(COMMAND_LINE, -1));
  }

  @Test
  void readsThisProcess() {
    assertThat(ProcessArguments.last(1)).hasSize(1);
  }
}
