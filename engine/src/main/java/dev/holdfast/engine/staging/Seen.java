package dev.holdfast.engine.staging;

import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction saw at a live path when it first looked: the before of its plan, and what must
 * still be so when it commits.
 *
 * @param path the live path, which differs from the transaction's own where it moved a directory
 * @param stat the facts of the moment; null if there was nothing
 * @param facts the same, for the record, with extended attributes; null if there was nothing
 */
public record Seen(RelativePath path, @Nullable Stat stat, @Nullable Facts facts) {

  /** Returns that there was nothing at {@code path}. */
  static Seen nothing(RelativePath path) {
    return new Seen(path, null, null);
  }

  /** Returns whether there was something. */
  public boolean isPresent() {
    return stat != null;
  }

  /** Returns the facts of what was there. */
  public Facts requireFacts() {
    if (facts == null) {
      throw new IllegalStateException("nothing was at " + path);
    }
    return facts;
  }

  /** Returns what the file system said of it. */
  public Stat requireStat() {
    if (stat == null) {
      throw new IllegalStateException("nothing was at " + path);
    }
    return stat;
  }

  /** Returns the identity of what was there. */
  public FileIdentity identity() {
    return FileIdentity.of(requireStat());
  }
}
