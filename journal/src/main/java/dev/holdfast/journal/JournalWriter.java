package dev.holdfast.journal;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.FileSystemSync;
import java.io.IOException;
import java.util.Collection;

/**
 * The journal, open for appending, for a short moment: whoever holds one keeps every other writer
 * out. What is appended is visible to readers at once and durable after {@link #force}, or after
 * any other barrier of the file system that the journal is on.
 *
 * <p>After the first failure every later call throws: what was lost can't be known before the
 * journal is opened afresh and read from the device.
 */
public interface JournalWriter extends JournalView {

  /** Appends ACTIVE. Not forced. The sequence number may be shown only once it is durable. */
  TransactionRecord begin(Beginning beginning) throws IOException;

  /** Appends the plan, as one value, and COMMITTED. Not forced. */
  TransactionRecord decide(Plan plan) throws IOException;

  /**
   * Appends a change of state. Not forced.
   *
   * @throws IllegalStateException if the present state does not allow it
   */
  TransactionRecord advance(long sequence, TransactionState next, Outcome outcome)
      throws IOException;

  /** Makes the plan of a transaction once its number is known. */
  @FunctionalInterface
  interface Planner {
    /** Returns the plan of transaction {@code sequence}. */
    Plan plan(long sequence);
  }

  /**
   * Appends a transaction that is over already, because nothing was to be done for it: its
   * beginning, its decision and APPLIED, all in one piece. Not forced.
   */
  TransactionRecord record(Beginning beginning, Planner planner, Outcome outcome)
      throws IOException;

  /** Appends that the before-images of these transactions are about to be freed. Not forced. */
  void prune(Collection<Long> sequences) throws IOException;

  /** Waits until everything appended so far is on stable storage. */
  void force() throws IOException;

  /**
   * Waits until everything appended so far, and everything on a file system, is on stable storage.
   * Where the journal is on that file system too, its barrier does both; elsewhere the journal is
   * forced after it.
   *
   * @param barrier of a file system whose barrier makes every file durable; opened before what it
   *     is to cover
   * @param place a directory on it
   * @throws dev.holdfast.disk.DiskException if the barrier of another file system failed: nothing
   *     is known to have happened to the journal
   */
  void force(FileSystemSync barrier, Directory place) throws IOException;
}
