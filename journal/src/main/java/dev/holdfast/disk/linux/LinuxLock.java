package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;

/** A descriptor that holds an flock(2) lock. */
final class LinuxLock implements DiskLock {
  private final LinuxFile file;
  private final DiskFile shared;

  /** Takes over {@code file}, whose descriptor holds the lock. */
  LinuxLock(LinuxFile file) {
    this.file = file;
    this.shared = file.withoutClose();
  }

  /** Closing the file that this returns does nothing: it would let go of the lock. */
  @Override
  public DiskFile file() {
    return shared;
  }

  /**
   * Unlocks before it closes: a child process that has been forked but has not come to its exec yet
   * has a copy of the descriptor, and would hold the lock for that long.
   */
  @Override
  public void close() {
    file.descriptor.unlock();
    file.close();
  }
}
