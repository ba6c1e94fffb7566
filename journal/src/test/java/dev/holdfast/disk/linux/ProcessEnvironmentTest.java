package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProcessEnvironmentTest {
  @Test
  void findsTheWholeNameOnly() {
    byte[] environment = "AB=1\0A=2=3\0C=\0".getBytes(StandardCharsets.US_ASCII);
    assertThat(ProcessEnvironment.valueIn(environment, "A")).hasValue(new byte[] {'2', '=', '3'});
    assertThat(ProcessEnvironment.valueIn(environment, "C")).hasValue(new byte[0]);
    assertThat(ProcessEnvironment.valueIn(environment, "B")).isEmpty();
  }

  @Test
  void keepsBytesThatAreNoText() {
    byte[] environment = {'A', '=', (byte) 0xff, 0};
    assertThat(ProcessEnvironment.valueIn(environment, "A")).hasValue(new byte[] {(byte) 0xff});
  }

  @Test
  void readsThisProcess() {
    assertThat(ProcessEnvironment.value("PATH"))
        .hasValueSatisfying(value ->
            assertThat(new String(value, StandardCharsets.UTF_8)).isEqualTo(System.getenv("PATH")));
  }
}
