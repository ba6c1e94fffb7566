package dev.holdfast.testing;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;

/** A held lock: it belongs to the descriptor of its file, as flock(2) has it. */
final class SimulatedLock implements DiskLock {
  private final SimulatedFile file;

  SimulatedLock(SimulatedFile file) {
    this.file = file;
    file.keepOpen();
  }

  /** Closing the file that this returns does nothing: it would let go of the lock. */
  @Override
  public DiskFile file() {
    return file;
  }

  @Override
  public void close() {
    file.letGo();
  }
}
