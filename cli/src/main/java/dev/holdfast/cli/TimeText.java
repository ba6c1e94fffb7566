package dev.holdfast.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and durations as people write and read them. Without a zone, a time is UTC. */
final class TimeText {
  private static final Pattern DURATION = Pattern.compile("(?<count>[0-9]{1,9})(?<unit>[smhdw])");
  private static final Pattern DATE = Pattern.compile("[0-9-]{10}");
  private static final Pattern WITHOUT_ZONE = Pattern.compile("[0-9-]{10}[T ][0-9:.]+");

  private TimeText() {}

  /**
   * Returns the duration that {@code text} means: {@code 90s}, {@code 15m}, {@code 12h}, {@code
   * 30d}, {@code 2w}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a duration: \"" + text + "\"; it is such as 90s, 12h or 30d");
    }
    long count = Long.parseLong(matcher.group("count"));
    return switch (matcher.group("unit")) {
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      case "d" -> Duration.ofDays(count);
      default -> Duration.ofDays(7 * count);
    };
  }

  /**
   * Returns the time that {@code text} means: ISO 8601, a date, or a duration before {@code now}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Instant time(String text, Instant now) {
    try {
      if (DURATION.matcher(text).matches()) {
        return now.minus(duration(text));
      }
      if (DATE.matcher(text).matches()) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
      }
      String iso = text.replace(' ', 'T');
      return WITHOUT_ZONE.matcher(text).matches()
          ? LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC)
          : OffsetDateTime.parse(iso).toInstant();
    } catch (DateTimeParseException _) {
      throw new IllegalArgumentException(
          "not a time: \""
              + text
              + "\"; it is such as 2026-11-22, 2026-11-22T07:30:00Z or 2h (ago)");
    }
  }

  /** Returns {@code time} to the second, in UTC. */
  static String forPeople(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
  }
}
