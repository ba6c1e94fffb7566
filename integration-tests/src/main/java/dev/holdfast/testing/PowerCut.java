package dev.holdfast.testing;

import java.util.ArrayList;
import java.util.List;

/**
 * Which of the changes that no barrier covered survive a power cut. The same cut of the same disk
 * gives the same result.
 *
 * @param seed of the choices; for {@link Mode#SUBSET} the choice itself, a bit for each change
 */
public record PowerCut(Mode mode, long seed) {

  private static final int MAX_TRIED = 20;

  /** The ways to choose. Each keeps what a barrier covered, and nothing impossible. */
  public enum Mode {
    /** Nothing else survives. */
    NONE,
    /** Everything does, as after a mere kill. */
    ALL,
    /** Each change by chance. */
    RANDOM,
    /** All up to some moment. */
    PREFIX,
    /** All from some moment on, as far as it can do without the rest. */
    SUFFIX,
    /** All but one, and what rests on it. */
    ALL_BUT_ONE,
    /** By chance, and writes in parts: any of their sectors. */
    TORN,
    /** Every file system in another one of these ways. */
    MIXED,
    /** Those whose bit is set in the seed, the oldest change being bit 0: to try them all. */
    SUBSET
  }

  /** Returns the two cuts that need no seed. */
  public static List<PowerCut> certain() {
    return List.of(new PowerCut(Mode.NONE, 0), new PowerCut(Mode.ALL, 0));
  }

  /**
   * Returns cuts of all modes but {@link Mode#SUBSET}, those that leave something to chance with
   * {@code seeds} seeds each, beginning at {@code firstSeed}.
   */
  public static List<PowerCut> variety(long firstSeed, int seeds) {
    List<PowerCut> cuts = new ArrayList<>(certain());
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      for (Mode mode : Mode.values()) {
        if (mode != Mode.NONE && mode != Mode.ALL && mode != Mode.SUBSET) {
          cuts.add(new PowerCut(mode, seed));
        }
      }
    }
    return List.copyOf(cuts);
  }

  /**
   * Returns the cuts that leave every subset of {@code pending} changes, as a disk has them
   * pending.
   *
   * @throws IllegalArgumentException if they are too many to try them all
   */
  public static List<PowerCut> subsets(int pending) {
    if (pending > MAX_TRIED) {
      throw new IllegalArgumentException("too many subsets: of " + pending + " changes");
    }
    List<PowerCut> cuts = new ArrayList<>();
    for (long bits = 0; bits < 1L << pending; bits++) {
      cuts.add(new PowerCut(Mode.SUBSET, bits));
    }
    return List.copyOf(cuts);
  }

  /** Returns the Java expression of this cut. */
  @Override
  public String toString() {
    return "new PowerCut(Mode." + mode + ", " + seed + ")";
  }
}
