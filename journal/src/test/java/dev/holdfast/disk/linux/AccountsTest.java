package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccountsTest {
  private static final String FILE =
      "root:x:0:0:root:/root:/bin/sh\n# comment\n+\nbig:x:4294967294:1::/:\nbad:x:4294967295:1::/:\n";

  @Test
  void findsNumbersByName() {
    assertThat(Accounts.numberIn(FILE, "root")).hasValue(0);
    assertThat(Accounts.numberIn(FILE, "big")).hasValue(-2);
  }

  @Test
  void findsNothingElse() {
    assertThat(Accounts.numberIn(FILE, "ro")).isEmpty();
    assertThat(Accounts.numberIn(FILE, "+")).isEmpty();
    assertThat(Accounts.numberIn(FILE, "bad")).isEmpty();
  }

  @Test
  void knowsRoot() {
    assertThat(Accounts.user("root")).hasValue(0);
    assertThat(Accounts.group("root")).hasValue(0);
  }
}
