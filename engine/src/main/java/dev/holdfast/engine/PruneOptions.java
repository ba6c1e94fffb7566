package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which before-images are kept. With neither limit given, each root's own horizon holds: the newest
 * 20 transactions and all that are younger than 30 days, unless it was set otherwise. Counted are
 * transactions that still have before-images.
 *
 * <p>What somebody else wrote, and recovery kept because it was in the way, goes only if nothing at
 * all is to be kept ({@code keepNewest} is 0, {@code keepYounger} is not given).
 *
 * @param keepNewest how many of a root's newest transactions to keep, or null
 * @param keepYounger the age up to which all are kept, or null
 * @param keepBytes as many of the newest are kept as fit into so many bytes, or null
 * @param root only transactions of this root, or null for all
 * @param dryRun whether to say only what would go
 */
public record PruneOptions(
    @Nullable Integer keepNewest,
    @Nullable Duration keepYounger,
    @Nullable Long keepBytes,
    @Nullable AbsolutePath root,
    boolean dryRun) {

  /** Checks the limits. */
  public PruneOptions {
    if (keepNewest != null && keepNewest < 0) {
      throw new IllegalArgumentException("cannot keep " + keepNewest + " transactions");
    }
    if (keepYounger != null && keepYounger.isNegative()) {
      throw new IllegalArgumentException("cannot keep what is younger than " + keepYounger);
    }
  }

  /** Creates options without a limit in bytes. */
  public PruneOptions(
      @Nullable Integer keepNewest,
      @Nullable Duration keepYounger,
      @Nullable AbsolutePath root,
      boolean dryRun) {
    this(keepNewest, keepYounger, null, root, dryRun);
  }

  /** Returns these options for another root. */
  PruneOptions withRoot(AbsolutePath newRoot) {
    return new PruneOptions(keepNewest, keepYounger, keepBytes, newRoot, dryRun);
  }

  boolean keepsNothing() {
    return keepNewest != null && keepNewest == 0 && keepYounger == null && keepBytes == null;
  }
}
