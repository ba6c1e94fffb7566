package dev.holdfast.journal.h2;

import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ChainReport;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Walks the whole journal, from its first record to its last: every chunk's checksum, every record
 * and its place in the hash chain, every plan's hash, how each epoch was sealed, that each
 * transaction's states follow one another, and that the index says the same.
 *
 * <p>What is not forced can be lost and be followed by other records: whoever keeps a head for
 * later, or compares with one, forces first ({@link dev.holdfast.journal.JournalWriter#force}).
 */
public final class ChainVerifier {
  private final H2Journal journal;
  private final Map<Long, ContentDigest> expected = new TreeMap<>();
  private final Map<Long, TransactionState> states = new HashMap<>();
  private final Map<Long, IndexEntry> entries = new HashMap<>();
  private ChainHead head = Chain.EMPTY;
  private Sequences pruned = Sequences.NONE;
  private long lastSequence;

  private ChainVerifier(H2Journal journal, Collection<ChainHead> anchors) throws IOException {
    this.journal = journal;
    for (ChainHead anchor : anchors) {
      ContentDigest other = expected.put(anchor.records(), anchor.digest());
      if (other != null && !other.equals(anchor.digest())) {
        throw damaged("two heads after record " + anchor.records() + " were given");
      }
    }
  }

  /**
   * Verifies all that is in a journal at this moment.
   *
   * @param anchors heads that were kept elsewhere and have to be on the way
   * @throws JournalException with {@link Reason#DAMAGED} for the first thing that is wrong
   */
  public static ChainReport verify(H2Journal journal, Collection<ChainHead> anchors)
      throws IOException {
    return new ChainVerifier(journal, anchors).verify();
  }

  private ChainReport verify() throws IOException {
    check(head);
    int epochs;
    long torn;
    try (EpochChain chain = journal.chain()) {
      epochs = chain.newest().file().label().epoch();
      for (int epoch = 1; epoch <= epochs; epoch++) {
        EpochStore store = chain.store(epoch);
        if (epoch > 1) {
          sealed(chain.store(epoch - 1), store);
        }
        walk(store);
      }
      EpochFile newest = chain.newest().file();
      torn = newest.isTorn() ? Math.max(0, newest.file().size() - newest.length()) : 0;
    }
    for (long missing : expected.keySet()) {
      throw damaged("it ends at record " + head.records() + ", before record " + missing);
    }
    return new ChainReport(head, epochs, lastSequence, torn);
  }

  private JournalException damaged(String problem) {
    return new JournalException(
        Reason.DAMAGED, "journal " + journal.directory() + " is damaged: " + problem);
  }

  private void sealed(EpochStore before, EpochStore after) throws IOException {
    JournalRecord.Sealed sealed = after.epoch().before();
    boolean same =
        sealed != null
            && sealed.length() == before.file().length()
            && sealed.length() == after.file().label().sealedLength()
            && sealed.head().equals(head)
            && sealed.digest().equals(H2Journal.digest(before.file()))
            && after.epoch().lastSequence() == lastSequence
            && after.epoch().pruned().equals(pruned);
    if (!same) {
      throw damaged(before.file().name() + " is not as it was sealed");
    }
  }

  private void walk(EpochStore store) throws IOException {
    entries.clear();
    if (store.firstNumber() != head.records() + 1) {
      throw damaged(store.file().name() + " does not begin after record " + head.records());
    }
    for (long number = store.firstNumber(); number <= store.lastNumber(); number++) {
      JournalRecord record = store.record(number); // which checks the chain within this epoch
      head = new ChainHead(number, ContentDigest.of(store.headAt(number)));
      check(head);
      apply(store, number, record, false);
    }
    for (Map.Entry<Long, IndexEntry> entry : entries.entrySet()) {
      if (!store.entry(entry.getKey()).equals(entry.getValue())) {
        throw damaged("the index of " + store.file().name() + " is wrong");
      }
    }
    long open = states.values().stream().filter(state -> !state.isFinal()).count();
    for (long sequence : store.unfinished()) {
      TransactionState state = states.get(sequence);
      if (state == null || state.isFinal()) {
        throw damaged("transaction " + sequence + " is said not to have ended");
      }
      open--;
    }
    if (open != 0) {
      throw damaged("a transaction is said to have ended");
    }
  }

  private void check(ChainHead reached) throws JournalException {
    ContentDigest anchor = expected.remove(reached.records());
    if (anchor != null && !anchor.equals(reached.digest())) {
      throw damaged("record " + reached.records() + " or one before it is not the one anchored");
    }
  }

  private void apply(EpochStore store, long number, JournalRecord record, boolean copy)
      throws IOException {
    switch (record) {
      case JournalRecord.Epoch _ -> {
        if (number != store.firstNumber()) {
          throw damaged("an epoch begins at record " + number);
        }
      }
      case JournalRecord.Carried(_, var original) -> apply(store, number, original, true);
      case JournalRecord.Begun(var sequence, _) -> {
        if (!copy && sequence != ++lastSequence) {
          throw damaged("transaction " + sequence + " is out of order");
        }
        follow(number, sequence, copy, null, TransactionState.ACTIVE);
        entries.put(sequence, IndexEntry.NONE.withBegun(number));
      }
      case JournalRecord.Decided decided -> {
        follow(
            number, decided.sequence(), copy, TransactionState.ACTIVE, TransactionState.COMMITTED);
        byte[] plan =
            store.plan(number).orElseThrow(() -> damaged("record " + number + " has no plan"));
        if (plan.length != decided.planLength()
            || !PlanCodec.digest(plan).equals(decided.planDigest())) {
          throw damaged("the plan of record " + number + " was changed");
        }
        entries.put(decided.sequence(), entry(decided.sequence()).withDecided(number));
      }
      case JournalRecord.Changed changed -> {
        follow(number, changed.sequence(), copy, null, changed.state());
        entries.put(changed.sequence(), entry(changed.sequence()).withChanged(number));
      }
      case JournalRecord.Pruned(var sequences) -> {
        pruned = pruned.with(sequences);
        for (long sequence : sequences) {
          entries.put(sequence, entry(sequence).withPruned(number));
        }
      }
    }
  }

  private IndexEntry entry(long sequence) {
    return entries.getOrDefault(sequence, IndexEntry.NONE);
  }

  /** A copy changes nothing; everything else has to be a step that the journal accepts. */
  private void follow(
      long number,
      long sequence,
      boolean copy,
      @Nullable TransactionState from,
      TransactionState to)
      throws JournalException {
    TransactionState before = states.get(sequence);
    boolean good =
        copy
            ? before != null && !before.isFinal()
            : before == null ? to == TransactionState.ACTIVE : before.mayBecome(to);
    if (!good || (!copy && from != null && from != before)) {
      throw damaged("record " + number + " does not follow from those before");
    }
    if (!copy) {
      states.put(sequence, to);
    }
  }
}
