package dev.holdfast.cli;

import dev.holdfast.engine.ApplyOptions.Owner;
import dev.holdfast.engine.source.Accounts;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Reads {@code USER:GROUP}, each a name or a number; one of them may be left out. */
final class OwnerText {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
  private static final long MAX_NUMBER = Integer.MAX_VALUE;
  private static final int UNCHANGED = -1;

  private final Accounts accounts;

  /** Creates a reader that finds names there. */
  OwnerText(Accounts accounts) {
    this.accounts = accounts;
  }

  /** Returns the owner and group that {@code text} names. */
  Owner parse(String text) throws IOException {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    String group = colon < 0 ? "" : text.substring(colon + 1);
    if (user.isEmpty() && group.isEmpty()) {
      throw new UsageException("--chown takes USER:GROUP, USER or :GROUP, not \"" + text + "\"");
    }
    return new Owner(user(user), group(group));
  }

  private int user(String name) throws IOException {
    return name.isEmpty() || isNumber(name)
        ? number(name)
        : found(accounts.user(name), "user", name, "passwd");
  }

  private int group(String name) throws IOException {
    return name.isEmpty() || isNumber(name)
        ? number(name)
        : found(accounts.group(name), "group", name, "group");
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches() && Long.parseLong(text) <= MAX_NUMBER;
  }

  private static int number(String text) {
    return text.isEmpty() ? UNCHANGED : Integer.parseInt(text);
  }

  private static int found(OptionalInt number, String what, String name, String file)
      throws UsageException {
    return number.orElseThrow(() ->
        new UsageException(
            "there is no %s \"%s\" in /etc/%s; give its number".formatted(what, name, file)));
  }
}
