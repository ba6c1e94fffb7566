package dev.holdfast.journal;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The journal as it was at one moment. Reading never waits for a writer and never disturbs one. Not
 * safe for several threads.
 */
public interface JournalView extends AutoCloseable {

  /** Returns the journal's identity. */
  UUID journal();

  /** Returns the highest sequence number ever given out; 0 if none. */
  long lastSequence();

  /** Returns the transactions that are not in a final state, oldest first. */
  List<TransactionRecord> unfinished() throws IOException;

  /** Returns a transaction by its number. */
  Optional<TransactionRecord> find(long sequence) throws IOException;

  /** Returns a transaction by its identity. */
  Optional<TransactionRecord> find(TransactionId id) throws IOException;

  /** Returns a transaction's plan, if it came as far as the decision. */
  Optional<Plan> plan(long sequence) throws IOException;

  /**
   * Returns all transactions, newest first, read as the iterator advances, which then throws {@link
   * java.io.UncheckedIOException} for what it cannot read.
   */
  Iterator<TransactionRecord> newestFirst() throws IOException;

  /**
   * Returns the records from number {@code first} on, in the chain's order, read as the iterator
   * advances, which then throws {@link java.io.UncheckedIOException} for what it cannot read or
   * what does not follow in the chain.
   */
  Iterator<ChainEntry> entries(long first) throws IOException;

  /** Returns the hash chain's head: over all records, in journal order. */
  ChainHead head() throws IOException;

  /** Lets go. */
  @Override
  void close();
}
