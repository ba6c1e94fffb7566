package dev.holdfast.testing.proof;

import java.util.concurrent.atomic.LongAdder;

/** What a sweep tried. A crash is inside the window if the trees it left are a mixture. */
public final class Figures {
  final LongAdder runs = new LongAdder();
  final LongAdder states = new LongAdder();
  final LongAdder kills = new LongAdder();
  final LongAdder powerCuts = new LongAdder();
  final LongAdder inWindow = new LongAdder();
  final LongAdder inRecovery = new LongAdder();
  final LongAdder forward = new LongAdder();
  final LongAdder back = new LongAdder();
  final LongAdder faults = new LongAdder();
  final LongAdder inDoubt = new LongAdder();

  /** Returns the number of crash states that were recovered and checked. */
  public long states() {
    return states.sum();
  }

  /** Returns the number of crashes between the first and the last visible change. */
  public long inWindow() {
    return inWindow.sum();
  }

  /** Returns the number of runs in which a call failed. */
  public long faults() {
    return faults.sum();
  }

  @Override
  public String toString() {
    return "%d crash states (%d kills, %d power cuts, %d of them inside a recovery), %d of them"
            .formatted(states.sum(), kills.sum(), powerCuts.sum(), inRecovery.sum(), inWindow.sum())
        + " between the first and the last visible change; after recovery %d new, %d old"
            .formatted(forward.sum(), back.sum())
        + (faults.sum() == 0
            ? ""
            : "; %d failing calls, %d of them in doubt".formatted(faults.sum(), inDoubt.sum()));
  }
}
