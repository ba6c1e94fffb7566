package dev.holdfast.testing;

import java.util.List;

/**
 * One crash of a {@link CrashSweep}: where it struck, and in a deeper sweep where the recovery from
 * it crashed in turn.
 *
 * @param plans the crashes, in order
 * @param notes what had been {@linkplain SimulatedDisk#note noted} before the first of them
 */
public record Crash(List<CrashPlan> plans, List<Object> notes) {

  /** Copies the lists. */
  public Crash {
    plans = List.copyOf(plans);
    notes = List.copyOf(notes);
  }

  /** Returns whether {@code what} had been noted before the first crash. */
  public boolean isAfter(Object what) {
    return notes.contains(what);
  }

  /** Returns the Java expressions of the plans. */
  @Override
  public String toString() {
    return plans.toString();
  }
}
