package dev.holdfast.journal.h2;

import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionState;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One record of the journal. */
sealed interface JournalRecord {

  /**
   * The first record of every epoch: what came before it.
   *
   * @param journal the journal's identity
   * @param epoch this epoch's number
   * @param created when it was begun
   * @param lastSequence the highest sequence number given out before it
   * @param before the epoch before, null in the first one
   * @param pruned the transactions pruned before it
   */
  record Epoch(
      UUID journal,
      int epoch,
      Instant created,
      long lastSequence,
      @Nullable Sealed before,
      Sequences pruned)
      implements JournalRecord {}

  /**
   * How the epoch before was sealed.
   *
   * @param length bytes of its file that count
   * @param digest SHA-256 of these bytes
   * @param head the head of the hash chain after its last record
   */
  record Sealed(long length, ContentDigest digest, ChainHead head) {}

  /** A transaction began. */
  record Begun(long sequence, Beginning beginning) implements JournalRecord {}

  /** A transaction was decided; its plan lies beside this record, under its number. */
  record Decided(long sequence, int operations, int planLength, ContentDigest planDigest)
      implements JournalRecord {}

  /** A transaction's state changed. */
  record Changed(long sequence, TransactionState state, Outcome outcome) implements JournalRecord {}

  /** Before-images are about to be freed. */
  record Pruned(List<Long> sequences) implements JournalRecord {
    /** Copies the list. */
    public Pruned {
      sequences = List.copyOf(sequences);
    }
  }

  /**
   * The copy of a record of an earlier epoch, because its transaction had not ended.
   *
   * @param number the record's own number
   * @param record the record
   */
  record Carried(long number, JournalRecord record) implements JournalRecord {}
}
