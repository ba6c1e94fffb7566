package dev.holdfast.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many before-images are to be kept: a number of transactions, an age, or so many bytes.
 *
 * @param newest the number, or null
 * @param younger the age, or null
 * @param bytes the bytes, or null
 */
record Retention(@Nullable Integer newest, @Nullable Duration younger, @Nullable Long bytes) {
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");
  private static final Pattern SIZE = Pattern.compile("(?<number>[0-9]{1,6})(?<unit>[KMGT])i?B");

  /**
   * Returns what {@code text} means: {@code 20}, {@code 30d} or {@code 10GiB}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static Retention parse(String text) {
    if (COUNT.matcher(text).matches()) {
      return new Retention(Integer.valueOf(text), null, null);
    }
    Matcher size = SIZE.matcher(text);
    if (size.matches()) {
      long number = Long.parseLong(size.group("number"));
      return new Retention(null, null, number << (10 * ("KMGT".indexOf(size.group("unit")) + 1)));
    }
    return new Retention(null, TimeText.duration(text), null);
  }
}
