package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;
import java.io.IOException;
import java.util.Collection;
import java.util.UUID;

/**
 * A journal in its state directory. Opened for moments: {@link #read} for a look, {@link #write}
 * for appending. Safe for several threads and processes.
 */
public interface Journal extends AutoCloseable {

  /** Returns the journal's identity, given at its creation and never changed. */
  UUID id();

  /** Returns the state directory. */
  AbsolutePath directory();

  /** Opens a view of the journal as it is now, beside any writer. */
  JournalView read() throws IOException;

  /**
   * Opens the journal for appending, waiting for other writers' short moments.
   *
   * @throws JournalException if it is damaged, of a newer version, or was refused
   */
  JournalWriter write() throws IOException;

  /**
   * Walks everything that is in the journal now: every checksum, every record and its place in the
   * hash chain, every plan.
   *
   * @param anchors heads that were kept elsewhere and have to be on the way
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} for the first thing that
   *     is wrong
   */
  ChainReport verify(Collection<ChainHead> anchors) throws IOException;

  /** Lets go of what was kept open. */
  @Override
  void close();
}
