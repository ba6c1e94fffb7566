package dev.holdfast.testing.wrap;

import java.util.Map;
import java.util.TreeMap;

/** What came of the kills of wrapped upgrades. */
public final class WrapFigures {
  private final Map<String, Integer> kinds = new TreeMap<>();
  private int kills;
  private int survived;
  private int mixtures;
  private int old;
  private int upgraded;

  /** Counts a run that was to be killed. */
  void tried(WrapRig.Kill kill, boolean wasKilled, boolean mixture, boolean isNew) {
    kinds.merge(kill.toString(), 1, Integer::sum);
    kills += wasKilled ? 1 : 0;
    survived += wasKilled ? 0 : 1;
    mixtures += mixture ? 1 : 0;
    old += isNew ? 0 : 1;
    upgraded += isNew ? 1 : 0;
  }

  /** Returns how many runs were killed. */
  public int kills() {
    return kills;
  }

  /** Returns how many of them left a mixture of old and new for recovery. */
  public int mixtures() {
    return mixtures;
  }

  @Override
  public String toString() {
    return "%d kills %s, %d more runs that had ended before; %d left a mixture; after recovery %d new, %d old"
        .formatted(kills, kinds, survived, mixtures, upgraded, old);
  }
}
