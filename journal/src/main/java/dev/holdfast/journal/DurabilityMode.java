package dev.holdfast.journal;

/** How barrier 1 and the decision are ordered. */
public enum DurabilityMode {
  /** All touched roots are on one file system: one barrier covers staging and marker. */
  MERGED,
  /** Several file systems: all roots first, then the decision, forced. */
  STRICT
}
