package dev.holdfast.journal.h2;

import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The epochs from the newest back to the first, opened as they are needed, and the transactions in
 * them. A transaction is in the epoch in which it began and in each that was begun before it ended;
 * the newest that has its beginning has all of it, but for the note that it was pruned.
 */
final class EpochChain implements AutoCloseable {
  private final List<EpochStore> stores = new ArrayList<>();
  private final Opener opener;
  private final boolean closesNewest;

  /** Opens an epoch that is sealed. */
  interface Opener {
    EpochStore open(int epoch, JournalRecord.Sealed sealed) throws IOException;
  }

  EpochChain(EpochStore newest, boolean closesNewest, Opener opener) {
    this.stores.add(newest);
    this.closesNewest = closesNewest;
    this.opener = opener;
  }

  EpochStore newest() {
    return stores.getFirst();
  }

  /** Returns the epoch {@code back} before the newest, or null before the first. */
  @Nullable EpochStore store(int back) throws IOException {
    if (back == stores.size()) {
      JournalRecord.Epoch after = stores.getLast().epoch();
      if (after.before() == null) {
        return null;
      }
      stores.add(opener.open(after.epoch() - 1, after.before()));
    }
    return stores.get(back);
  }

  /** Returns a transaction by its number. */
  Optional<TransactionRecord> find(long sequence) throws IOException {
    Optional<Located> located = locate(sequence);
    return located.isEmpty() ? Optional.empty() : Optional.of(record(located.get()));
  }

  /** Where a transaction's newest records are. */
  private record Located(EpochStore store, long sequence, IndexEntry entry, boolean pruned) {}

  private Optional<Located> locate(long sequence) throws IOException {
    if (sequence < 1 || sequence > newest().lastSequence()) {
      return Optional.empty();
    }
    boolean pruned = false;
    EpochStore store = newest();
    for (int back = 0; store != null; store = store(++back)) {
      IndexEntry entry = store.entry(sequence);
      pruned |= entry.pruned() != 0;
      if (entry.begun() != 0) {
        return Optional.of(new Located(store, sequence, entry, pruned));
      }
    }
    throw damaged("transaction " + sequence + " is missing");
  }

  private JournalException damaged(String problem) {
    return new JournalException(
        Reason.DAMAGED, "journal " + newest().file().name() + " is damaged: " + problem);
  }

  private TransactionRecord record(Located at) throws IOException {
    IndexEntry entry = at.entry();
    if (!(at.store().original(entry.begun()) instanceof JournalRecord.Begun begun)
        || begun.sequence() != at.sequence()) {
      throw damaged("record " + entry.begun() + " is not a beginning");
    }
    TransactionState state = TransactionState.ACTIVE;
    int operations = 0;
    ContentDigest digest = null;
    Outcome outcome = null;
    if (entry.decided() != 0) {
      JournalRecord.Decided decided = decided(at);
      state = TransactionState.COMMITTED;
      operations = decided.operations();
      digest = decided.planDigest();
    }
    if (entry.changed() != 0) {
      if (!(at.store().original(entry.changed()) instanceof JournalRecord.Changed changed)
          || changed.sequence() != at.sequence()) {
        throw damaged("record " + entry.changed() + " is not a change of state");
      }
      state = changed.state();
      outcome = changed.outcome();
    }
    return new TransactionRecord(
        at.sequence(), begun.beginning(), state, operations, digest, outcome, at.pruned());
  }

  private JournalRecord.Decided decided(Located at) throws IOException {
    long number = at.entry().decided();
    if (at.store().original(number) instanceof JournalRecord.Decided decided
        && decided.sequence() == at.sequence()) {
      return decided;
    }
    throw damaged("record " + number + " is not a decision");
  }

  /** Returns a transaction by its identity. */
  Optional<TransactionRecord> find(TransactionId id) throws IOException {
    EpochStore store = newest();
    for (int back = 0; store != null; store = store(++back)) {
      Optional<Long> sequence = store.sequence(id);
      if (sequence.isPresent()) {
        Optional<TransactionRecord> found = find(sequence.get());
        if (found.isEmpty() || !found.get().id().equals(id)) {
          throw damaged("transaction " + sequence.get() + " is another one");
        }
        return found;
      }
    }
    return Optional.empty();
  }

  /** Returns the plan of a transaction that was decided. */
  Optional<Plan> plan(long sequence) throws IOException {
    Optional<Located> located = locate(sequence);
    if (located.isEmpty() || located.get().entry().decided() == 0) {
      return Optional.empty();
    }
    return Optional.of(PlanCodec.decode(encodedPlan(located.get())));
  }

  private byte[] encodedPlan(Located at) throws IOException {
    JournalRecord.Decided decided = decided(at);
    Optional<byte[]> plan = at.store().plan(at.entry().decided());
    if (plan.isEmpty() || !PlanCodec.digest(plan.get()).equals(decided.planDigest())) {
      throw damaged("the plan of transaction " + at.sequence() + " is not the one decided");
    }
    return plan.get();
  }

  @Override
  public void close() {
    for (int i = closesNewest ? 0 : 1; i < stores.size(); i++) {
      stores.get(i).close();
    }
  }
}
