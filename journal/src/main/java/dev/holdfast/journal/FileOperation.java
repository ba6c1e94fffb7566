package dev.holdfast.journal;

import dev.holdfast.disk.RelativePath;

/**
 * One change of one path, as planned. Data only; the engine executes and reverses it.
 *
 * <p>A <em>slot</em> is a number that is unique in the transaction: {@code new/SLOT} in the root's
 * transaction folder is what was staged, or, once exchanged, the before-image; {@code old/SLOT} is
 * what was deleted.
 */
public sealed interface FileOperation {

  /** Returns the index of the root in the plan. */
  int root();

  /** Returns the path below that root; empty is the root itself. */
  RelativePath path();

  /**
   * A new entry where there was none.
   *
   * @param after what it is
   * @param staged which inode it is
   * @param slot where it was staged
   * @param within empty for an entry that is installed itself, by one rename; otherwise its path
   *     inside the new directory staged in the slot, with which it is installed
   */
  record Create(
      int root, RelativePath path, Facts after, FileIdentity staged, int slot, RelativePath within)
      implements FileOperation {

    /** Returns whether it is installed as a part of a new directory. */
    public boolean isMember() {
      return !within.isEmpty();
    }
  }

  /** Another entry, another inode, in the place of an existing one: one exchange. */
  record Replace(
      int root,
      RelativePath path,
      Facts before,
      FileIdentity replaced,
      Facts after,
      FileIdentity staged,
      int slot)
      implements FileOperation {}

  /** An entry that goes, into {@code old/SLOT}; a directory after all that was in it. */
  record Delete(int root, RelativePath path, Facts before, FileIdentity deleted, int slot)
      implements FileOperation {}

  /** The same inode at another path; for a directory with all that is in it. */
  record Move(int root, RelativePath path, RelativePath to, Facts before, FileIdentity moved)
      implements FileOperation {}

  /** The same inode and contents with other metadata, set in place, field by field. */
  record SetAttributes(int root, RelativePath path, Facts before, Facts after, FileIdentity inode)
      implements FileOperation {}
}
