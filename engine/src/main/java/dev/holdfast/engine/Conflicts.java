package dev.holdfast.engine;

/** What becomes of a path that was changed both in the stock and in the live directory. */
public enum Conflicts {
  /** The local one stays, the new one goes beside it, and the conflict is told. */
  TELL,
  /** The same, and nobody minds. */
  KEEP,
  /** The new one takes its place. */
  TAKE
}
