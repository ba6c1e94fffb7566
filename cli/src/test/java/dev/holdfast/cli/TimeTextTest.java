package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TimeTextTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");

  @Test
  void readsDurations() {
    assertThat(TimeText.duration("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(TimeText.duration("15m")).isEqualTo(Duration.ofMinutes(15));
    assertThat(TimeText.duration("12h")).isEqualTo(Duration.ofHours(12));
    assertThat(TimeText.duration("30d")).isEqualTo(Duration.ofDays(30));
    assertThat(TimeText.duration("2w")).isEqualTo(Duration.ofDays(14));
  }

  @Test
  void readsTimesWithoutZoneAsUtc() {
    assertThat(TimeText.time("2026-11-21", NOW)).isEqualTo("2026-11-21T00:00:00Z");
    assertThat(TimeText.time("2026-11-21T07:30", NOW)).isEqualTo("2026-11-21T07:30:00Z");
    assertThat(TimeText.time("2026-11-21 07:30:01.5", NOW)).isEqualTo("2026-11-21T07:30:01.5Z");
  }

  @Test
  void readsTimesWithZone() {
    assertThat(TimeText.time("2026-11-21T07:30:00Z", NOW)).isEqualTo("2026-11-21T07:30:00Z");
    assertThat(TimeText.time("2026-11-21T07:30:00+01:00", NOW)).isEqualTo("2026-11-21T06:30:00Z");
  }

  @Test
  void countsDurationsBack() {
    assertThat(TimeText.time("2h", NOW)).isEqualTo("2026-11-22T06:00:00Z");
  }

  @Test
  void readsWhatItPrints() {
    assertThat(TimeText.forPeople(NOW.plusNanos(5))).isEqualTo("2026-11-22 08:00:00Z");
    assertThat(TimeText.time(TimeText.forPeople(NOW), NOW)).isEqualTo(NOW);
  }

  @Test
  void refusesAnythingElse() {
    for (String text : List.of("", "yesterday", "2026-13-01", "2026-11-21T25:00", "5", "1y")) {
      assertThatThrownBy(() -> TimeText.time(text, NOW))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> TimeText.duration("9999999999d"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void retentionIsACountOrAnAgeOrASize() {
    assertThat(Retention.parse("20")).isEqualTo(new Retention(20, null, null));
    assertThat(Retention.parse("0")).isEqualTo(new Retention(0, null, null));
    assertThat(Retention.parse("30d")).isEqualTo(new Retention(null, Duration.ofDays(30), null));
    assertThat(Retention.parse("10GiB")).isEqualTo(new Retention(null, null, 10L << 30));
    assertThat(Retention.parse("5MB")).isEqualTo(new Retention(null, null, 5L << 20));
    assertThatThrownBy(() -> Retention.parse("-1")).isInstanceOf(IllegalArgumentException.class);
  }
}
