package dev.holdfast.testing.kill;

import java.util.Map;
import java.util.TreeMap;

/** What rigs tried. A kill is inside the window if it left a mixture of old and new. */
public final class KillFigures {
  /** What is counted. */
  enum Count {
    KILLS,
    ELSEWHERE,
    IN_WINDOW,
    RECOVERY_KILLS,
    NEW,
    OLD,
    FAULTS,
    RECOVERY_FAULTS,
    BACK_AFTER_FAULT,
    RESOLVED
  }

  private final Map<Count, Integer> counts = new TreeMap<>();
  private final Map<Integer, Integer> statuses = new TreeMap<>();

  synchronized void add(Count count) {
    counts.merge(count, 1, Integer::sum);
  }

  synchronized void addStatus(int exit) {
    statuses.merge(exit, 1, Integer::sum);
  }

  synchronized int of(Count count) {
    return counts.getOrDefault(count, 0);
  }

  /** Returns how many kills fell between the first and the last visible change. */
  public int inWindow() {
    return of(Count.IN_WINDOW);
  }

  /** Returns how many runs were killed, recoveries included. */
  public int kills() {
    return of(Count.KILLS) + of(Count.RECOVERY_KILLS);
  }

  /** Returns how many runs had failing calls, recoveries included. */
  public int faults() {
    return of(Count.FAULTS) + of(Count.RECOVERY_FAULTS);
  }

  @Override
  public synchronized String toString() {
    StringBuilder text = new StringBuilder();
    if (kills() > 0 || faults() == 0) {
      text.append(
          "%d kills of a command, %d of them between its first and its last visible change; %d kills"
                  .formatted(of(Count.KILLS), of(Count.IN_WINDOW), of(Count.RECOVERY_KILLS))
              + " of a recovery; then %d new, %d old".formatted(of(Count.NEW), of(Count.OLD)));
      if (of(Count.ELSEWHERE) > 0) {
        text.append("; %d kills at another call than planned".formatted(of(Count.ELSEWHERE)));
      }
    }
    if (faults() > 0) {
      text.append(text.isEmpty() ? "" : "; ")
          .append(
              "%d commands and %d recoveries with failing calls"
                  .formatted(of(Count.FAULTS), of(Count.RECOVERY_FAULTS)))
          .append("; exit statuses ")
          .append(statuses)
          .append("; %d ended by resolve".formatted(of(Count.RESOLVED)));
    }
    return text.toString();
  }
}
