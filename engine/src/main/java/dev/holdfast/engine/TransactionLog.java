package dev.holdfast.engine;

import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;
import java.util.UUID;

/**
 * The record of past transactions as it was at one moment. Reading never waits for a writer. Not
 * safe for several threads; close it soon.
 */
public final class TransactionLog implements AutoCloseable {
  private final JournalView view;

  TransactionLog(Journal journal) throws IOException {
    this.view = journal.read();
  }

  /** Returns all transactions, newest first. */
  public Iterator<TransactionRecord> newestFirst() throws IOException {
    return view.newestFirst();
  }

  /** Returns a transaction by its number. */
  public Optional<TransactionRecord> find(long sequence) throws IOException {
    return view.find(sequence);
  }

  /**
   * Returns the newest applied transaction but {@code back}: 0 is {@code last}, 2 is {@code
   * last~2}.
   */
  public Optional<TransactionRecord> lastApplied(int back) throws IOException {
    int left = back;
    for (Iterator<TransactionRecord> all = view.newestFirst(); all.hasNext(); ) {
      TransactionRecord transaction = all.next();
      if (transaction.state() == TransactionState.APPLIED && left-- == 0) {
        return Optional.of(transaction);
      }
    }
    return Optional.empty();
  }

  /** Returns a transaction's plan, if it came as far as the decision. */
  public Optional<Plan> plan(long sequence) throws IOException {
    return view.plan(sequence);
  }

  /** Returns the journal's identity, which makes transactions' numbers global. */
  public UUID journal() {
    return view.journal();
  }

  /** Returns the records behind the transactions, from number {@code first} on. */
  public Iterator<ChainEntry> entries(long first) throws IOException {
    return view.entries(first);
  }

  @Override
  public void close() {
    view.close();
  }
}
