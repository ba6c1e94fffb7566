package dev.holdfast.disk;

import java.nio.ByteBuffer;

/** An open regular file. Positioned reads and writes only; safe for several threads. */
public interface DiskFile extends Attributed {

  /** Returns the file's length in bytes. */
  long size() throws DiskException;

  /**
   * Reads into {@code buffer} from {@code position}.
   *
   * @return the number of bytes read, 0 at or past the end of the file
   */
  int read(long position, ByteBuffer buffer) throws DiskException;

  /**
   * Writes all that remains in {@code buffer} at {@code position}. If it fails, any part may have
   * been written.
   */
  void write(long position, ByteBuffer buffer) throws DiskException;

  /** Sets the length: cuts the file, or extends it by a hole. */
  void truncate(long size) throws DiskException;

  /**
   * Waits until the contents and the length are on stable storage (fdatasync). Says nothing of the
   * directory entry. After a failure the written pages may be lost though they can still be read;
   * trying again proves nothing.
   */
  void sync() throws DiskException;

  /**
   * Asks the kernel to forget its cached pages of this file, so that the next read comes from the
   * device. Only pages that are clean are dropped: call {@link #sync} first. Best effort.
   */
  void dropCache() throws DiskException;

  /**
   * Does what {@link #dropCache} does, if possible only for what lies at or after {@code position}.
   */
  default void dropCacheFrom(long position) throws DiskException {
    dropCache();
  }

  /** Starts writing dirty pages to the device without waiting. A hint; promises nothing. */
  void startWriteback() throws DiskException;

  /**
   * Waits for what is being written back, and asks whether any of it failed since this descriptor
   * was opened (sync_file_range). No barrier: what the device holds in its cache is not durable
   * after it. It is for use after a {@link FileSystemSync}, which may not have been told.
   *
   * @throws DiskException if something could not be written; as after a failed {@link #sync}
   */
  void awaitWriteback() throws DiskException;

  /** Returns the start of the next data at or after {@code position}, or the size if none. */
  long nextData(long position) throws DiskException;

  /** Returns the start of the next hole at or after {@code position}; the end counts as one. */
  long nextHole(long position) throws DiskException;

  /**
   * Makes this empty file share {@code source}'s blocks (FICLONE).
   *
   * @return false, with nothing changed, where the file system cannot
   */
  boolean cloneFrom(DiskFile source) throws DiskException;
}
