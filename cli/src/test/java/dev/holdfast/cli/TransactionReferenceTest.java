package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.cli.TransactionReference.Last;
import dev.holdfast.cli.TransactionReference.Numbered;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TransactionReferenceTest {
  @Test
  void readsNumbers() {
    assertThat(TransactionReference.parse("1")).isEqualTo(new Numbered(1));
    assertThat(TransactionReference.parse("999999999999999999"))
        .isEqualTo(new Numbered(999_999_999_999_999_999L));
  }

  @Test
  void readsLast() {
    assertThat(TransactionReference.parse("last")).isEqualTo(new Last(0));
    assertThat(TransactionReference.parse("last~0")).isEqualTo(new Last(0));
    assertThat(TransactionReference.parse("last~2")).isEqualTo(new Last(2));
  }

  @Test
  void refusesAnythingElse() {
    for (String text :
        List.of(
            "",
            "0",
            "-1",
            "+1",
            "01",
            "1 ",
            "last~",
            "last~-1",
            "last~x",
            "Last",
            "~2",
            "last2",
            "1000000000000000000",
            "last~1000000000",
            "٣")) {
      assertThatThrownBy(() -> TransactionReference.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("last~2");
    }
  }
}
