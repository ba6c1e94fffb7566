package dev.holdfast.engine;

/** The ways out of doubt that {@code resolve} offers. */
public enum Direction {
  /** Tries again to finish it. */
  FORWARD,
  /** Tries again to take it back. */
  BACK,
  /** Accepts the tree as it stands, on record. */
  AS_IS
}
