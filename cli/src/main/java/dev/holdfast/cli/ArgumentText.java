package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.nio.charset.StandardCharsets;

/**
 * Carries arguments through code that knows strings only: each char is one byte. Whatever comes out
 * again is turned back, into bytes or into text for people.
 */
final class ArgumentText {
  private ArgumentText() {}

  /** Returns the string that carries {@code argument}. */
  static String carrying(ByteString argument) {
    return new String(argument.bytes(), StandardCharsets.ISO_8859_1);
  }

  /** Returns the bytes that {@code carrier} carries. */
  static ByteString carriedBy(String carrier) {
    return ByteString.of(carrier.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Returns the text that {@code carrier} carries; what is not UTF-8 in it is lost. */
  static String text(String carrier) {
    return new String(carrier.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /**
   * Returns text in one line that does nothing to a terminal: control characters become blanks or
   * octal numbers.
   */
  static String oneLine(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder line = new StringBuilder();
    text.chars()
        .forEach(c -> {
          if (!Character.isISOControl(c)) {
            line.append((char) c);
          } else if (Character.isWhitespace(c)) {
            line.append(' ');
          } else {
            line.append('\\').append(Integer.toOctalString(c));
          }
        });
    return line.toString();
  }
}
