package dev.holdfast.journal.h2;

import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.UUID;

/** Reads the epochs as they were when it was opened; a writer's also what it appends itself. */
class H2JournalView implements JournalView {
  private final UUID id;
  private final EpochChain chain;

  H2JournalView(UUID id, EpochChain chain) {
    this.id = id;
    this.chain = chain;
  }

  EpochChain chain() throws IOException {
    return chain;
  }

  @Override
  public UUID journal() {
    return id;
  }

  @Override
  public long lastSequence() {
    try {
      return chain().newest().lastSequence();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<TransactionRecord> unfinished() throws IOException {
    List<TransactionRecord> found = new ArrayList<>();
    for (long sequence : chain().newest().unfinished()) {
      found.add(chain().get(sequence));
    }
    return found;
  }

  @Override
  public Optional<TransactionRecord> find(long sequence) throws IOException {
    return chain().find(sequence);
  }

  @Override
  public Optional<TransactionRecord> find(TransactionId transaction) throws IOException {
    return chain().find(transaction);
  }

  @Override
  public Optional<Plan> plan(long sequence) throws IOException {
    return chain().plan(sequence);
  }

  /** The iterator throws {@link UncheckedIOException} for what cannot be read. */
  @Override
  public Iterator<TransactionRecord> newestFirst() {
    long last = lastSequence();
    return new Iterator<>() {
      private long next = last;

      @Override
      public boolean hasNext() {
        return next > 0;
      }

      @Override
      public TransactionRecord next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        try {
          return chain().get(next--);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  @Override
  public Iterator<ChainEntry> entries(long first) throws IOException {
    return new ChainWalk(chain(), first);
  }

  @Override
  public ChainHead head() throws IOException {
    return chain().newest().head();
  }

  @Override
  public void close() {
    chain.close();
  }
}
