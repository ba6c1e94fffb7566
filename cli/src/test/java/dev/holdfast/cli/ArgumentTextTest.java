package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.journal.ByteString;
import org.junit.jupiter.api.Test;

final class ArgumentTextTest {
  @Test
  void carriesEveryByte() {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    ByteString argument = ByteString.of(all);
    assertThat(ArgumentText.carriedBy(ArgumentText.carrying(argument))).isEqualTo(argument);
  }

  @Test
  void readsTextAsUtf8() {
    assertThat(ArgumentText.text(ArgumentText.carrying(Transcript.bytes("grün …"))))
        .isEqualTo("grün …");
  }

  @Test
  void keepsControlCharactersFromTheTerminal() {
    assertThat(ArgumentText.oneLine("a\nb\tc\033[31m\u009b")).isEqualTo("a b c\\33[31m\\233");
  }
}
