package dev.holdfast.disk;

/**
 * A barrier descriptor of one file system (syncfs). Opened before the first byte that it is to
 * cover, because the kernel reports a write error only to descriptors that were open when it
 * happened.
 */
public interface FileSystemSync extends AutoCloseable {

  /**
   * Waits until everything written to the file system before this call, data and metadata, is on
   * stable storage.
   *
   * @throws DiskException if anything could not be written, since this descriptor was opened; the
   *     error is reported once, and what was lost stays lost
   */
  void sync() throws DiskException;

  /** Releases the descriptor. */
  @Override
  void close();
}
