package dev.holdfast.selftest.power;

import java.io.IOException;

/**
 * Something that claims to survive a power cut: what it does on file systems, and what must be true
 * of them afterwards.
 */
public interface Workload {
  /** The mark of a step after which something else is to be seen than before. */
  String STEP = "step ";

  /** Returns its name, for messages and the command line. */
  String title();

  /** Returns how many file systems it needs. */
  int devices();

  /** Returns whether a neighbour syncs meanwhile. What is never made durable shows without one. */
  default boolean hasNeighbour() {
    return true;
  }

  /** Makes what is there before. */
  void prepare(Rig rig) throws IOException;

  /** Does its work, and says so by {@link Promise#begun} and {@link Promise#acknowledged}. */
  void run(Rig rig) throws IOException;

  /**
   * What was found after a power cut.
   *
   * @param mixture whether it was something between two states
   * @param state how many of the changes are there now
   */
  record Outcome(boolean mixture, int state) {}

  /**
   * Recovers and judges.
   *
   * @param byProgram whether a process of its own is to recover, if this makes a difference
   * @throws AssertionError if the promise is not kept
   */
  Outcome examine(Rig rig, Promise promise, boolean byProgram) throws IOException;

  /** Recovers without judging, to be crashed in turn. Returns false if there is no such thing. */
  default boolean recover(Rig rig) throws IOException {
    return false;
  }
}
