package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileSystemSync;

/**
 * A descriptor for syncfs(2). The kernel notes the file system's error mark when it is opened, and
 * reports once what went wrong since; so it must be open before the first write that it is to
 * cover.
 */
final class LinuxSync implements FileSystemSync {
  private final LibC libc;
  private final Descriptor descriptor;
  private final Place place;

  LinuxSync(LibC libc, int fd, Place place) {
    this.libc = libc;
    this.descriptor = new Descriptor(libc, fd);
    this.place = place;
  }

  /** Not tried again whatever the error: after a failed barrier nothing is known. */
  @Override
  public void sync() throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.syncfs(fd);
    } catch (ErrnoException e) {
      throw e.during("sync the file system of", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
