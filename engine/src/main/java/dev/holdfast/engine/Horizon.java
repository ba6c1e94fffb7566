package dev.holdfast.engine;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which before-images a root keeps: those of its newest transactions, and those younger than a
 * time.
 *
 * @param newest how many of the newest are kept
 * @param age how long any is kept; null if only the number counts
 */
record Horizon(int newest, @Nullable Duration age) {

  /** Returns what the options say, or where they say nothing, the root's settings. */
  static Horizon of(PruneOptions options, RootSettings settings) {
    Integer count = options.keepNewest();
    Duration younger = options.keepYounger();
    return count == null && younger == null
        ? of(settings)
        : new Horizon(count == null ? 0 : count, younger);
  }

  /** Returns the horizon of a root's settings. */
  static Horizon of(RootSettings settings) {
    return new Horizon(settings.horizonCount(), settings.horizonAge());
  }

  /** Returns whether a transaction that ended then is too young to lose its before-images. */
  boolean isYoung(Instant ended, Instant now) {
    return age != null && ended.isAfter(now.minus(age));
  }
}
