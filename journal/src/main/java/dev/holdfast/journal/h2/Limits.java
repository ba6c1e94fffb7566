package dev.holdfast.journal.h2;

import java.time.Duration;

/**
 * How far the journal goes before it acts.
 *
 * @param epochBytes a new epoch is begun when the newest one's file is longer than this
 * @param lockWait how long a writer waits for others
 */
public record Limits(long epochBytes, Duration lockWait) {
  /** 16 MiB, 10 seconds. */
  public static final Limits DEFAULT = new Limits(16L << 20, Duration.ofSeconds(10));
}
