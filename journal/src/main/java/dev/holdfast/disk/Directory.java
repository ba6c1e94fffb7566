package dev.holdfast.disk;

import java.util.List;
import java.util.Optional;

/**
 * An open directory: every operation on an entry goes through the handle of its parent, so that
 * nobody who renames or replaces a directory on the way can redirect it.
 *
 * <p>Each operation that changes a directory is atomic to observers: it happened or it did not. It
 * is durable only after a barrier ({@link #sync}, {@link FileSystemSync#sync}); until then a power
 * cut may undo it, alone and out of order. No operation follows a symbolic link. Handles may be
 * used by several threads.
 */
public interface Directory extends Attributed {

  /**
   * Opens a directory below this one (openat2 with RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS and
   * RESOLVE_NO_XDEV). The empty path gives another handle of this directory.
   *
   * @throws DiskException with {@link DiskError#NOT_FOUND}, {@link DiskError#NOT_DIRECTORY}, {@link
   *     DiskError#SYMLINK} or {@link DiskError#CROSSES_MOUNT}
   */
  Directory directory(RelativePath path) throws DiskException;

  /** Opens the directory called {@code name} in this one; see {@link #directory(RelativePath)}. */
  default Directory directory(EntryName name) throws DiskException {
    return directory(RelativePath.of(name));
  }

  /** Returns the facts of an entry, not following a link; empty if there is none of this name. */
  Optional<Stat> stat(EntryName name) throws DiskException;

  /** Returns the names of all entries, sorted by bytes. */
  List<EntryName> list() throws DiskException;

  /** Opens an entry of any type for its metadata. */
  Entry entry(EntryName name) throws DiskException;

  /**
   * Opens a regular file for reading. Never blocks on a fifo.
   *
   * @throws DiskException with {@link DiskError#SYMLINK} for a link, {@link DiskError#OTHER} for
   *     anything else that is not a regular file
   */
  DiskFile openToRead(EntryName name) throws DiskException;

  /** Opens an existing regular file for reading and writing. */
  DiskFile openToWrite(EntryName name) throws DiskException;

  /**
   * Creates an empty regular file with exactly {@code mode}, whatever the umask, and opens it for
   * reading and writing.
   *
   * @throws DiskException with {@link DiskError#EXISTS} if the name is taken
   */
  DiskFile create(EntryName name, int mode) throws DiskException;

  /** Creates a directory with exactly {@code mode}, whatever the umask. */
  void makeDirectory(EntryName name, int mode) throws DiskException;

  /** Creates a symbolic link. */
  void makeSymbolicLink(EntryName name, byte[] target) throws DiskException;

  /** Creates a fifo or a device node; {@code deviceNumber} is 0 for a fifo. */
  void makeNode(EntryName name, FileType type, int mode, long deviceNumber) throws DiskException;

  /** Returns a symbolic link's target. */
  byte[] readSymbolicLink(EntryName name) throws DiskException;

  /** Gives the inode called {@code name} here another name in {@code to} (linkat, no follow). */
  void link(EntryName name, Directory to, EntryName newName) throws DiskException;

  /**
   * Moves an entry, never over another one (RENAME_NOREPLACE).
   *
   * @throws DiskException with {@link DiskError#EXISTS} if {@code newName} is taken
   */
  void rename(EntryName name, Directory to, EntryName newName) throws DiskException;

  /** Moves an entry over another one, which is gone then: plain rename(2). */
  void renameOver(EntryName name, Directory to, EntryName newName) throws DiskException;

  /** Exchanges two existing entries in one step (RENAME_EXCHANGE). */
  void exchange(EntryName name, Directory with, EntryName otherName) throws DiskException;

  /** Removes an entry that is not a directory. */
  void unlink(EntryName name) throws DiskException;

  /** Removes an empty directory. */
  void removeDirectory(EntryName name) throws DiskException;

  /** Waits until this directory's entries are on stable storage (fsync of the directory). */
  void sync() throws DiskException;

  /** Opens the barrier of the file system that this directory is on. */
  FileSystemSync openSync() throws DiskException;

  /** Returns what is known of the file system that this directory is on. */
  FileSystemFacts fileSystem() throws DiskException;

  /**
   * Tries to take the flock(2) lock of an existing file, without waiting. After it got the lock it
   * makes sure that the name still leads to the locked inode, and tries again if not.
   *
   * @return empty if somebody else holds it
   */
  Optional<DiskLock> tryLock(EntryName name, LockMode mode) throws DiskException;

  /**
   * Returns whether any process holds a lock of any kind on an existing file, as far as that can be
   * seen from here. This default sees flock(2) locks only.
   */
  default boolean isLocked(EntryName name) throws DiskException {
    Optional<DiskLock> lock = tryLock(name, LockMode.EXCLUSIVE);
    lock.ifPresent(DiskLock::close);
    return lock.isEmpty();
  }
}
