package dev.holdfast.journal.h2;

import java.time.Duration;

/**
 * How far the journal goes before it acts.
 *
 * @param epochBytes a new epoch is begun when the newest one's file is longer than this
 * @param lockWait how long a writer waits for others
 */
public record Limits(long epochBytes, Duration lockWait) {
  /**
   * 4 MiB, some 300 small transactions, and 10 seconds. What is in the newest epoch costs time
   * whenever a process opens it.
   */
  public static final Limits DEFAULT = new Limits(4L << 20, Duration.ofSeconds(10));
}
