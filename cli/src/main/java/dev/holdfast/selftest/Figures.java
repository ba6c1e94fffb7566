package dev.holdfast.selftest;

import java.util.ArrayList;
import java.util.List;

/** What has been tried so far, and what came of it. Safe for several threads. */
public final class Figures {
  private int crashes;
  private int inWindow;
  private int completed;
  private int takenBack;
  private int recoveriesByProcess;
  private int recoveriesKilled;
  private int notReached;
  private final List<Violation> violations = new ArrayList<>();

  /**
   * A broken promise.
   *
   * @param crash which crash it was
   * @param killedAt the call at which the process was killed
   * @param text what is wrong
   * @param folder where it can be looked at
   */
  public record Violation(Crash crash, String killedAt, String text, String folder) {}

  synchronized void tried(Crash crash, Examination.Outcome outcome) {
    if (!outcome.isKilled()) {
      notReached++;
      return;
    }
    crashes++;
    inWindow += outcome.isMixture() ? 1 : 0;
    completed += outcome.isNew() ? 1 : 0;
    takenBack += outcome.isNew() ? 0 : 1;
    recoveriesByProcess += crash.recovery().byProcess() ? 1 : 0;
    recoveriesKilled += outcome.recoveryKilled() ? 1 : 0;
  }

  synchronized void violated(Violation violation) {
    crashes++;
    violations.add(violation);
  }

  /** Returns how many crashes have been tried. */
  public synchronized int crashes() {
    return crashes;
  }

  /** Returns how many of them left trees that were neither the old nor the new ones. */
  public synchronized int inWindow() {
    return inWindow;
  }

  /** Returns how many updates recovery completed. */
  public synchronized int completed() {
    return completed;
  }

  /** Returns how many updates recovery took back. */
  public synchronized int takenBack() {
    return takenBack;
  }

  /** Returns how many recoveries were processes of their own. */
  public synchronized int recoveriesByProcess() {
    return recoveriesByProcess;
  }

  /** Returns how many recoveries were killed as well. */
  public synchronized int recoveriesKilled() {
    return recoveriesKilled;
  }

  /** Returns how many processes ended before they came to their step. */
  public synchronized int notReached() {
    return notReached;
  }

  /** Returns the broken promises. */
  public synchronized List<Violation> violations() {
    return List.copyOf(violations);
  }
}
