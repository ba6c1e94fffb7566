package dev.holdfast.testing;

import dev.holdfast.disk.DiskError;
import dev.holdfast.selftest.disk.Call;

/**
 * How a call fails. Where write-back is only started, as dropping the cache does too, lost pages
 * are lost in silence, and the next barrier says so.
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

  /** Returns whether nobody is told yet: only the next barrier says what write-back lost. */
  boolean isSilentAt(Call call) {
    return call.verb().startsWriteback() && losesPages();
  }

  boolean losesPages() {
    return switch (damage) {
      case NONE, PARTIAL -> false;
      case LOST_PAGES, SOME_PAGES, LOST_EVERYTHING -> true;
    };
  }

  /** Returns the failure without any effect. */
  public static Fault of(DiskError error) {
    return new Fault(error, Damage.NONE, 0);
  }
}
