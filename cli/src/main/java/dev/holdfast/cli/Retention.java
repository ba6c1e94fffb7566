package dev.holdfast.cli;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many before-images are to be kept: a number of transactions, or an age.
 *
 * @param newest the number, or null
 * @param younger the age, or null
 */
record Retention(@Nullable Integer newest, @Nullable Duration younger) {
  private static final Pattern COUNT = Pattern.compile("[0-9]{1,9}");

  /**
   * Returns what {@code text} means: {@code 20} or {@code 30d}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static Retention parse(String text) {
    return COUNT.matcher(text).matches()
        ? new Retention(Integer.valueOf(text), null)
        : new Retention(null, TimeText.duration(text));
  }
}
