package dev.holdfast.journal.h2;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Appends to the newest epoch: each call is one chunk, one write. */
final class H2JournalWriter extends H2JournalView implements JournalWriter {
  private final H2Journal journal;
  private EpochChain chain;
  private @Nullable Throwable failure;
  private boolean closed;

  H2JournalWriter(H2Journal journal, EpochChain chain) {
    super(journal.id(), chain);
    this.journal = journal;
    this.chain = chain;
  }

  @Override
  EpochChain chain() throws IOException {
    checkUsable();
    return chain;
  }

  private EpochStore store() {
    return chain.newest();
  }

  @Override
  public TransactionRecord begin(Beginning beginning) throws IOException {
    checkUsable();
    if (isKnown(beginning.id())) {
      throw new IllegalArgumentException("there is a transaction " + beginning.id() + " already");
    }
    appending(this::rotateIfFull);
    long sequence = lastSequence() + 1;
    appending(() -> {
      long number = store().add(new JournalRecord.Begun(sequence, beginning));
      store().setEntry(sequence, IndexEntry.NONE.withBegun(number));
      store().setSequence(beginning.id(), sequence);
      store().setUnfinished(sequence, true);
      store().commit();
    });
    return new TransactionRecord(
        sequence, beginning, TransactionState.ACTIVE, 0, null, null, false);
  }

  /** Looks in the newest epoch only: identities are random. */
  private boolean isKnown(TransactionId id) throws IOException {
    for (long sequence : store().candidates(id)) {
      if (found(sequence).id().equals(id)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public TransactionRecord decide(Plan plan) throws IOException {
    checkUsable();
    long sequence = plan.sequence();
    TransactionRecord before = before(sequence, TransactionState.COMMITTED);
    if (!before.id().equals(plan.id()) || !journal.id().equals(plan.journal())) {
      throw new IllegalArgumentException(
          "the plan is for transaction " + plan.id() + " of journal " + plan.journal());
    }
    byte[] encoded = PlanCodec.encode(plan);
    int operations = plan.operations().size();
    var digest = PlanCodec.digest(encoded);
    long decision = store().lastNumber() + 1;
    appending(() -> {
      IndexEntry entry = store().entry(sequence);
      long number =
          store().add(new JournalRecord.Decided(sequence, operations, encoded.length, digest));
      store().addPlan(number, encoded);
      store().setEntry(sequence, entry.withDecided(number));
      store().commit();
    });
    return new TransactionRecord(
        sequence,
        before.beginning(),
        TransactionState.COMMITTED,
        operations,
        digest,
        null,
        before.pruned(),
        decision);
  }

  @Override
  public TransactionRecord advance(long sequence, TransactionState next, Outcome outcome)
      throws IOException {
    checkUsable();
    if (next == TransactionState.COMMITTED) {
      throw new IllegalArgumentException("a decision needs its plan");
    }
    TransactionRecord before = before(sequence, next);
    appending(() -> {
      IndexEntry entry = store().entry(sequence);
      long number = store().add(new JournalRecord.Changed(sequence, next, outcome));
      store().setEntry(sequence, entry.withChanged(number));
      if (next.isFinal()) {
        store().setUnfinished(sequence, false);
      }
      store().commit();
    });
    return new TransactionRecord(
        sequence,
        before.beginning(),
        next,
        before.operations(),
        before.planDigest(),
        outcome,
        before.pruned(),
        before.decided());
  }

  @Override
  public TransactionRecord record(Beginning beginning, Planner planner, Outcome outcome)
      throws IOException {
    checkUsable();
    if (isKnown(beginning.id())) {
      throw new IllegalArgumentException("there is a transaction " + beginning.id() + " already");
    }
    appending(this::rotateIfFull);
    long sequence = lastSequence() + 1;
    Plan plan = planner.plan(sequence);
    byte[] encoded = PlanCodec.encode(plan);
    var digest = PlanCodec.digest(encoded);
    int operations = plan.operations().size();
    long decision = store().lastNumber() + 2;
    appending(() -> {
      long begun = store().add(new JournalRecord.Begun(sequence, beginning));
      store().setSequence(beginning.id(), sequence);
      long decided =
          store().add(new JournalRecord.Decided(sequence, operations, encoded.length, digest));
      store().addPlan(decided, encoded);
      long changed =
          store().add(new JournalRecord.Changed(sequence, TransactionState.APPLIED, outcome));
      store()
          .setEntry(
              sequence, IndexEntry.NONE.withBegun(begun).withDecided(decided).withChanged(changed));
      store().commit();
    });
    return new TransactionRecord(
        sequence,
        beginning,
        TransactionState.APPLIED,
        operations,
        digest,
        outcome,
        false,
        decision);
  }

  private TransactionRecord before(long sequence, TransactionState next) throws IOException {
    TransactionRecord before = found(sequence);
    if (!before.state().mayBecome(next)) {
      throw new IllegalStateException(
          "transaction " + sequence + " is " + before.state() + " and cannot become " + next);
    }
    return before;
  }

  private TransactionRecord found(long sequence) throws IOException {
    return chain
        .find(sequence)
        .orElseThrow(() -> new IllegalArgumentException("there is no transaction " + sequence));
  }

  @Override
  public void prune(Collection<Long> sequences) throws IOException {
    checkUsable();
    List<Long> pruned = new ArrayList<>();
    for (long sequence : new TreeSet<>(sequences)) {
      TransactionRecord record = found(sequence);
      if (!record.state().isFinal()) {
        throw new IllegalStateException(
            "transaction " + sequence + " is " + record.state() + " and cannot be pruned");
      }
      if (!record.pruned()) {
        pruned.add(sequence);
      }
    }
    if (pruned.isEmpty()) {
      return;
    }
    appending(() -> {
      long number = store().add(new JournalRecord.Pruned(pruned));
      for (long sequence : pruned) {
        store().setEntry(sequence, store().entry(sequence).withPruned(number));
      }
      store().commit();
    });
  }

  @Override
  public void force() throws IOException {
    checkUsable();
    appending(() -> store().file().force());
  }

  @Override
  public void force(FileSystemSync barrier, Directory place) throws IOException {
    checkUsable();
    if (store().file().isOn(place)) {
      appending(() -> store().file().force(barrier));
    } else {
      barrier.sync();
      force();
    }
  }

  private void rotateIfFull() throws IOException {
    if (journal.isFull(store())) {
      EpochChain before = chain;
      chain = journal.rotated(store());
      before.close();
    }
  }

  /** Something that appends. */
  private interface Append {
    void run() throws IOException;
  }

  private void appending(Append append) throws IOException {
    try {
      append.run();
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
      journal.failed(e);
      throw e;
    }
  }

  private void checkUsable() throws IOException {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (failure != null) {
      throw new JournalException(
          Reason.FAILED,
          "journal " + journal.directory() + " failed before; open it afresh",
          failure);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      chain.close();
      journal.release();
    }
  }
}
