package dev.holdfast.testing;

import dev.holdfast.disk.DiskError;

/**
 * How a call fails.
 *
 * @param error what the caller is told
 * @param damage what happens beside
 * @param seed of what the damage leaves to chance
 */
public record Fault(DiskError error, Damage damage, long seed) {

  /** What a failing call does all the same. */
  public enum Damage {
    /** Nothing: the call has no effect. */
    NONE,
    /** A write writes its first part. */
    PARTIAL,
    /**
     * A barrier loses the pages that it should have written: they stay readable, are marked clean
     * and never reach the device. Metadata stay pending.
     */
    LOST_PAGES,
    /** As {@link #LOST_PAGES}, but by chance some of the writes do reach the device. */
    SOME_PAGES,
    /** A barrier loses metadata as well: the cache shows what no later barrier makes durable. */
    LOST_EVERYTHING
  }

  /** Returns the failure without any effect. */
  public static Fault of(DiskError error) {
    return new Fault(error, Damage.NONE, 0);
  }
}
