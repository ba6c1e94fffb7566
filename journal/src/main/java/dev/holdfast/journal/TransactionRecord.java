package dev.holdfast.journal;

import org.jspecify.annotations.Nullable;

/**
 * A transaction as the journal knows it, without its plan.
 *
 * @param sequence the number that people use: 1, 2, 3 …
 * @param beginning who, when, why
 * @param state where it stands
 * @param operations how many operations its plan has; 0 before the decision
 * @param planDigest the hash of the encoded plan; null before the decision
 * @param outcome what was recorded with the present state; null while ACTIVE or just COMMITTED
 * @param pruned whether its before-images were freed
 * @param decided the number of the record of its decision, 0 before it: of two transactions of one
 *     root, the one that was decided first was applied first, whatever their sequence numbers say
 */
public record TransactionRecord(
    long sequence,
    Beginning beginning,
    TransactionState state,
    int operations,
    @Nullable ContentDigest planDigest,
    @Nullable Outcome outcome,
    boolean pruned,
    long decided) {

  /** Creates one whose place among others does not matter. */
  public TransactionRecord(
      long sequence,
      Beginning beginning,
      TransactionState state,
      int operations,
      @Nullable ContentDigest planDigest,
      @Nullable Outcome outcome,
      boolean pruned) {
    this(sequence, beginning, state, operations, planDigest, outcome, pruned, 0);
  }

  /** Returns the transaction's identity. */
  public TransactionId id() {
    return beginning.id();
  }
}
