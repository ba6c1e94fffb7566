package dev.holdfast.disk;

import java.time.Instant;
import java.util.SortedMap;

/**
 * An open inode whose metadata can be read and set. A descriptor stays with its inode: whoever
 * renames or replaces the name meanwhile cannot redirect these calls.
 *
 * <p>The kernel's side effects are the kernel's: a change of owner clears setuid, setgid and
 * capabilities, so set owner, mode, extended attributes and times in this order. Each setter is
 * atomic to observers, and durable only after a barrier.
 */
public interface Attributed extends AutoCloseable {

  /** Returns the inode's facts as they are now. */
  Stat stat() throws DiskException;

  /** Sets owner and group; {@code -1} leaves one as it is. */
  void setOwner(int uid, int gid) throws DiskException;

  /** Sets the permission bits ({@code 07777}). Not for symbolic links. */
  void setMode(int mode) throws DiskException;

  /** Sets mtime to the nanosecond; atime is left as it is. */
  void setModified(Instant time) throws DiskException;

  /**
   * Returns all extended attributes that the caller may see, POSIX ACLs ({@code
   * system.posix_acl_*}) and capabilities ({@code security.capability}) included, by name. Empty
   * where the file system has none.
   */
  SortedMap<String, byte[]> extendedAttributes() throws DiskException;

  /** Creates or replaces an extended attribute. */
  void setExtendedAttribute(String name, byte[] value) throws DiskException;

  /**
   * Removes an extended attribute.
   *
   * @throws DiskException with {@link DiskError#NO_DATA} if there is none of this name
   */
  void removeExtendedAttribute(String name) throws DiskException;

  /** Releases the descriptor. Never fails, and never makes anything durable. */
  @Override
  void close();
}
