package dev.holdfast.engine.staging;

import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import org.jspecify.annotations.Nullable;

/** What a transaction makes of a path. */
public sealed interface Target {

  /** Nothing: it is deleted. */
  record Gone() implements Target {}

  /**
   * A new entry.
   *
   * @param slot where it was staged
   * @param within empty if it is the slot's own entry, else its path inside the slot's directory
   * @param facts what it is
   * @param identity which inode it is
   */
  record Staged(int slot, RelativePath within, Facts facts, FileIdentity identity)
      implements Target {

    /** Returns the same entry with other facts. */
    Staged with(Facts newFacts) {
      return new Staged(slot, within, newFacts, identity);
    }
  }

  /** The live inode, with these facts. */
  record Kept(Facts facts) implements Target {}

  /** Nothing any more: the live inode is at another path now. */
  record MovedAway(RelativePath to) implements Target {}

  /**
   * The live inode of another path.
   *
   * @param from the live path
   * @param facts other facts for it, or null
   */
  record MovedHere(RelativePath from, @Nullable Facts facts) implements Target {}
}
