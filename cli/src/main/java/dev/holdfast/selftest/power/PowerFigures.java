package dev.holdfast.selftest.power;

import java.util.ArrayList;
import java.util.List;

/** What was tried on one file system. */
public final class PowerFigures {
  private final List<String> violations = new ArrayList<>();
  private final List<String> unmountable = new ArrayList<>();
  private int states;
  private int inWindow;
  private int inRecovery;
  private int byProgram;
  private int forward;
  private int back;

  void tried(Workload.Outcome outcome, Promise promise, boolean inRecovery, boolean byProgram) {
    states++;
    inWindow += outcome.mixture() ? 1 : 0;
    this.inRecovery += inRecovery ? 1 : 0;
    this.byProgram += byProgram ? 1 : 0;
    if (outcome.state() > promise.least()) {
      forward++;
    } else {
      back++;
    }
  }

  void violated(String message, boolean inRecovery) {
    states++;
    this.inRecovery += inRecovery ? 1 : 0;
    violations.add(message);
  }

  void unmountable(String message) {
    unmountable.add(message);
  }

  /** Adds what another sweep tried. */
  public void add(PowerFigures other) {
    violations.addAll(other.violations);
    unmountable.addAll(other.unmountable);
    states += other.states;
    inWindow += other.inWindow;
    inRecovery += other.inRecovery;
    byProgram += other.byProgram;
    forward += other.forward;
    back += other.back;
  }

  /** Returns the number of states that were examined. */
  public int states() {
    return states;
  }

  /** Returns what was wrong, a text for each state. */
  public List<String> violations() {
    return List.copyOf(violations);
  }

  /**
   * Returns the states, not counted with the others, that the file system itself could not mount:
   * its own blocks were torn, which on a disk with sectors of 4 KiB cannot be.
   */
  public List<String> unmountable() {
    return List.copyOf(unmountable);
  }

  /** Returns the number of states that were a mixture before recovery. */
  public int inWindow() {
    return inWindow;
  }

  /** Returns the number of states that a crash of a recovery left. */
  public int inRecovery() {
    return inRecovery;
  }

  /** Returns the number of states that the program recovered, as a process of its own. */
  public int byProgram() {
    return byProgram;
  }

  /** Returns the number of states after which there was more than had been acknowledged. */
  public int forward() {
    return forward;
  }

  /** Returns the number of states after which there was just what had been acknowledged. */
  public int back() {
    return back;
  }

  /** Returns the two figures that count. */
  public String summary() {
    return violations.size() + " violations of " + states + " states";
  }

  @Override
  public String toString() {
    return "%d states (%d of them crashes of a recovery, %d recovered by the program), %d of them"
            .formatted(states, inRecovery, byProgram, inWindow)
        + " between the first and the last visible change; after recovery %d new, %d old;"
            .formatted(forward, back)
        + " %d violations".formatted(violations.size())
        + (unmountable.isEmpty()
            ? ""
            : "; %d more that the file system could not mount".formatted(unmountable.size()));
  }
}
