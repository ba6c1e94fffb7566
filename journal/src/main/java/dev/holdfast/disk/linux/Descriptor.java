package dev.holdfast.disk.linux;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open file descriptor that is never used after its close, by whichever thread: the kernel gives
 * the number to the next file at once. A close that comes while other threads are in a call takes
 * effect when the last of them is out.
 */
final class Descriptor implements AutoCloseable {
  private static final int CLOSED = Integer.MIN_VALUE;

  private final LibC libc;
  private final int number;

  /** The calls under way, plus {@link #CLOSED}. */
  private final AtomicInteger users = new AtomicInteger();

  /** Takes over the open descriptor {@code number}. */
  Descriptor(LibC libc, int number) {
    this.libc = libc;
    this.number = number;
  }

  /**
   * Returns the number, good until {@link #release}.
   *
   * @throws IllegalStateException if it has been closed
   */
  int acquire() {
    if (!enter()) {
      throw new IllegalStateException("used after it was closed");
    }
    return number;
  }

  private boolean enter() {
    int before;
    do {
      before = users.get();
      if (before < 0) {
        return false;
      }
    } while (!users.compareAndSet(before, before + 1));
    return true;
  }

  /** Ends one use. */
  void release() {
    if (users.decrementAndGet() == CLOSED) {
      closeNumber();
    }
  }

  /** Gives up the flock(2) lock that it may hold, if it is open. */
  void unlock() {
    if (enter()) {
      try {
        libc.flock(number, LibC.LOCK_UN);
      } catch (ErrnoException _) {
        // closing it lets go as well
      } finally {
        release();
      }
    }
  }

  @Override
  public void close() {
    if (users.getAndUpdate(before -> before | CLOSED) == 0) {
      closeNumber();
    }
  }

  private void closeNumber() {
    close(libc, number);
  }

  /** Closes the descriptor {@code number}; an error says nothing that anybody could act on. */
  static void close(LibC libc, int number) {
    try {
      libc.close(number);
    } catch (ErrnoException _) {
      // the descriptor is gone all the same, and durability is asked for by barriers only
    }
  }
}
