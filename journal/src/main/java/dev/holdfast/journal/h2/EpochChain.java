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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The epochs from the newest back to the first, opened as they are needed, and the transactions in
 * them. A transaction is in the epoch in which it began, and whole in each that was begun before it
 * ended; all that is to be known of it is in the last of these, but for the note that it was
 * pruned: that is in the newest.
 */
final class EpochChain implements AutoCloseable {
  private static final int MOST_OPEN = 8;

  private final EpochStore newest;
  private final boolean closesNewest;
  private final Opener opener;
  private final Map<Integer, EpochLabel> labels = new HashMap<>();
  private final Map<Integer, EpochStore> open = new LinkedHashMap<>(16, 0.75f, true);

  /** Opens sealed epochs. */
  interface Opener {
    /** Returns what an epoch's file says of itself. */
    EpochLabel label(int epoch) throws IOException;

    /** Opens an epoch that was sealed at this length. */
    EpochStore open(int epoch, long length) throws IOException;
  }

  EpochChain(EpochStore newest, boolean closesNewest, Opener opener) {
    this.newest = newest;
    this.closesNewest = closesNewest;
    this.opener = opener;
  }

  EpochStore newest() {
    return newest;
  }

  private int newestEpoch() {
    return newest.file().label().epoch();
  }

  private EpochLabel label(int epoch) throws IOException {
    if (epoch == newestEpoch()) {
      return newest.file().label();
    }
    EpochLabel label = labels.get(epoch);
    if (label == null) {
      label = opener.label(epoch);
      labels.put(epoch, label);
    }
    return label;
  }

  /** Returns an epoch; it may be closed when others were asked for since. */
  EpochStore store(int epoch) throws IOException {
    if (epoch == newestEpoch()) {
      return newest;
    }
    EpochStore store = open.get(epoch);
    if (store == null) {
      store = opener.open(epoch, label(epoch + 1).sealedLength());
      open.put(epoch, store);
      if (open.size() > MOST_OPEN) {
        int oldest = open.keySet().iterator().next();
        EpochStore closed = open.remove(oldest);
        if (closed != null) {
          closed.close();
        }
      }
    }
    return store;
  }

  /** Returns a transaction by its number. */
  Optional<TransactionRecord> find(long sequence) throws IOException {
    if (sequence < 1 || sequence > newest.lastSequence()) {
      return Optional.empty();
    }
    return Optional.of(record(locate(sequence)));
  }

  /** Returns a transaction that has to be there. */
  TransactionRecord get(long sequence) throws IOException {
    return find(sequence).orElseThrow(() -> damaged("transaction " + sequence + " is missing"));
  }

  /** Where all is that is to be known of a transaction. */
  private record Located(EpochStore store, long sequence, IndexEntry entry) {}

  private Located locate(long sequence) throws IOException {
    int epoch = newestEpoch();
    IndexEntry entry = newest.entry(sequence);
    if (entry.begun() == 0) {
      epoch = home(sequence);
      while (store(epoch).unfinished().contains(sequence)) {
        epoch++;
      }
      entry = store(epoch).entry(sequence);
    }
    if (entry.begun() == 0) {
      throw damaged("transaction " + sequence + " is missing");
    }
    return new Located(store(epoch), sequence, entry);
  }

  /** Returns the epoch in which a transaction began. */
  private int home(long sequence) throws IOException {
    int low = 1;
    int high = newestEpoch();
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (label(middle).lastSequence() < sequence) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private JournalException damaged(String problem) {
    return new JournalException(
        Reason.DAMAGED, "journal " + newest.file().name() + " is damaged: " + problem);
  }

  private TransactionRecord record(Located at) throws IOException {
    IndexEntry entry = at.entry();
    if (!(at.store().original(entry.begun()) instanceof JournalRecord.Begun begun)
        || begun.sequence() != at.sequence()) {
      throw damaged("record " + entry.begun() + " is not a beginning");
    }
    TransactionState state = TransactionState.ACTIVE;
    int operations = 0;
    long decision = 0;
    ContentDigest digest = null;
    Outcome outcome = null;
    if (entry.decided() != 0) {
      decision = originalNumber(at.store(), entry.decided());
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
        at.sequence(),
        begun.beginning(),
        state,
        operations,
        digest,
        outcome,
        isPruned(at.sequence()),
        decision);
  }

  private static long originalNumber(EpochStore store, long number) throws IOException {
    return store.record(number) instanceof JournalRecord.Carried(long original, _)
        ? original
        : number;
  }

  private boolean isPruned(long sequence) throws IOException {
    return newest.entry(sequence).pruned() != 0 || newest.epoch().pruned().contains(sequence);
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
    for (int epoch = newestEpoch(); epoch > 0; epoch--) {
      for (long sequence : store(epoch).candidates(id)) {
        Optional<TransactionRecord> found = find(sequence).filter(record -> record.id().equals(id));
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /** Returns the plan of a transaction that was decided. */
  Optional<Plan> plan(long sequence) throws IOException {
    if (find(sequence).isEmpty()) {
      return Optional.empty();
    }
    Located at = locate(sequence);
    if (at.entry().decided() == 0) {
      return Optional.empty();
    }
    JournalRecord.Decided decided = decided(at);
    Optional<byte[]> plan = at.store().plan(at.entry().decided());
    if (plan.isEmpty() || !PlanCodec.digest(plan.get()).equals(decided.planDigest())) {
      throw damaged("the plan of transaction " + sequence + " is not the one decided");
    }
    return Optional.of(PlanCodec.decode(plan.get()));
  }

  @Override
  public void close() {
    open.values().forEach(EpochStore::close);
    open.clear();
    if (closesNewest) {
      newest.close();
    }
  }
}
