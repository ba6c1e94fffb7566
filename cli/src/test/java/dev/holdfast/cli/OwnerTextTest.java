package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.ApplyOptions.Owner;
import dev.holdfast.engine.source.Accounts;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class OwnerTextTest {
  private static final Accounts ACCOUNTS =
      new Accounts() {
        @Override
        public OptionalInt user(String name) {
          return name.equals("www") ? OptionalInt.of(33) : OptionalInt.empty();
        }

        @Override
        public OptionalInt group(String name) {
          return name.equals("adm") ? OptionalInt.of(4) : OptionalInt.empty();
        }
      };

  private static Owner parse(String text) throws IOException {
    return new OwnerText(ACCOUNTS).parse(text);
  }

  @Test
  void namesAndNumbersMayBeMixed() throws IOException {
    assertThat(parse("www:adm")).isEqualTo(new Owner(33, 4));
    assertThat(parse("www:0")).isEqualTo(new Owner(33, 0));
    assertThat(parse("1000:adm")).isEqualTo(new Owner(1000, 4));
  }

  @Test
  void eitherMayBeLeftOut() throws IOException {
    assertThat(parse("www")).isEqualTo(new Owner(33, -1));
    assertThat(parse("www:")).isEqualTo(new Owner(33, -1));
    assertThat(parse(":adm")).isEqualTo(new Owner(-1, 4));
  }

  @Test
  void refusesWhatNobodyIsCalled() {
    for (String text : List.of("", ":", "nobody", "www:www", "-1:0", "4294967295:0", "a:b:c")) {
      assertThatThrownBy(() -> parse(text)).as(text).isInstanceOf(UsageException.class);
    }
  }
}
