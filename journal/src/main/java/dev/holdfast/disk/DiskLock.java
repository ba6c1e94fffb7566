package dev.holdfast.disk;

/** A held flock(2) lock; closing it lets go. It ends with the process, however that ends. */
public interface DiskLock extends AutoCloseable {

  /** Returns the lock file itself, to read or write who holds it. */
  DiskFile file();

  /** Lets go. Never fails. */
  @Override
  void close();
}
