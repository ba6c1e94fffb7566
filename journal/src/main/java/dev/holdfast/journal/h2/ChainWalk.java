package dev.holdfast.journal.h2;

import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The records from one of them on, through all epochs up to the newest one's end. */
final class ChainWalk implements Iterator<ChainEntry> {
  private final EpochChain chain;
  private final long last;
  private long next;
  private int epoch;

  ChainWalk(EpochChain chain, long first) throws IOException {
    this.chain = chain;
    this.last = chain.newest().lastNumber();
    this.next = Math.max(1, first);
    this.epoch = epochOf(next);
  }

  private int epochOf(long number) throws IOException {
    int low = 1;
    int high = chain.newest().file().label().epoch();
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (chain.store(middle).firstNumber() <= number) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  @Override
  public boolean hasNext() {
    return next <= last;
  }

  @Override
  public ChainEntry next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    try {
      if (next > chain.store(epoch).lastNumber()) {
        epoch++;
      }
      return entry(chain.store(epoch), next++);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ChainEntry entry(EpochStore store, long number) throws IOException {
    JournalRecord record = store.record(number);
    JournalRecord original =
        record instanceof JournalRecord.Carried(_, var carried) ? carried : record;
    byte[] plan =
        original instanceof JournalRecord.Decided ? store.plan(number).orElse(null) : null;
    return new ChainEntry(
        number,
        epoch,
        ContentDigest.of(store.headAt(number)),
        ByteString.of(store.canonical(number)),
        kind(record),
        transactions(original),
        state(original),
        plan == null ? null : ByteString.of(plan));
  }

  private static ChainEntry.Kind kind(JournalRecord record) {
    return switch (record) {
      case JournalRecord.Epoch _ -> ChainEntry.Kind.EPOCH;
      case JournalRecord.Begun _ -> ChainEntry.Kind.BEGUN;
      case JournalRecord.Decided _ -> ChainEntry.Kind.DECIDED;
      case JournalRecord.Changed _ -> ChainEntry.Kind.CHANGED;
      case JournalRecord.Pruned _ -> ChainEntry.Kind.PRUNED;
      case JournalRecord.Carried _ -> ChainEntry.Kind.CARRIED;
    };
  }

  private static List<Long> transactions(JournalRecord record) {
    return switch (record) {
      case JournalRecord.Epoch _, JournalRecord.Carried _ -> List.of();
      case JournalRecord.Begun begun -> List.of(begun.sequence());
      case JournalRecord.Decided decided -> List.of(decided.sequence());
      case JournalRecord.Changed changed -> List.of(changed.sequence());
      case JournalRecord.Pruned pruned -> pruned.sequences();
    };
  }

  private static @Nullable TransactionState state(JournalRecord record) {
    return switch (record) {
      case JournalRecord.Begun _ -> TransactionState.ACTIVE;
      case JournalRecord.Decided _ -> TransactionState.COMMITTED;
      case JournalRecord.Changed changed -> changed.state();
      case JournalRecord.Epoch _, JournalRecord.Pruned _, JournalRecord.Carried _ -> null;
    };
  }
}
