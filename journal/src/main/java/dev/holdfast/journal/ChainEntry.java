package dev.holdfast.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the journal as it stands in the hash chain.
 *
 * @param number its number: 1, 2, 3 …
 * @param epoch the epoch that it is in
 * @param hash the chain's head after it: SHA-256 of the head before and {@code canonical}
 * @param canonical its bytes; docs/journal-format.md has their form
 * @param kind what it says
 * @param transactions the transactions that it says it of
 * @param state the state that a transaction came to; null where none did
 * @param plan the plan that lies beside it, whose hash is in its bytes; or null
 */
public record ChainEntry(
    long number,
    int epoch,
    ContentDigest hash,
    ByteString canonical,
    Kind kind,
    List<Long> transactions,
    @Nullable TransactionState state,
    @Nullable ByteString plan) {

  /** What a record says. */
  public enum Kind {
    /** An epoch begins. */
    EPOCH("epoch"),

    /** A transaction began. */
    BEGUN("begun"),

    /** A transaction was decided. */
    DECIDED("decided"),

    /** A transaction's state changed. */
    CHANGED("changed"),

    /** Before-images are about to be freed. */
    PRUNED("pruned"),

    /** A copy of an earlier record, in a new epoch. */
    CARRIED("carried");

    private final String label;

    Kind(String label) {
      this.label = label;
    }

    /** Returns the name in exports. */
    public String label() {
      return label;
    }
  }

  /** Copies the list. */
  public ChainEntry {
    transactions = List.copyOf(transactions);
  }

  /** Returns the head of the chain after this record. */
  public ChainHead head() {
    return new ChainHead(number, hash);
  }

  /** Returns whether a transaction came to its end with this record. */
  public boolean isEnd() {
    return kind == Kind.CHANGED && state != null && state.isFinal();
  }
}
