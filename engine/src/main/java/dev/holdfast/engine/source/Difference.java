package dev.holdfast.engine.source;

/** How far an entry is from what it is to be. */
public enum Difference {
  /** Not at all. */
  NONE,
  /**
   * The bytes, the link's target, the device are the same; owner, mode, times or attributes not.
   */
  METADATA,
  /** The same kind of entry with other contents, and perhaps other metadata. */
  CONTENT,
  /** Another kind of entry. */
  TYPE
}
