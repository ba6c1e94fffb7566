package dev.holdfast.journal;

import java.util.Set;

/**
 * The life of a transaction, as the journal records it.
 *
 * <pre>
 *            begin             decide              finish
 *   (none) ---------> ACTIVE ---------> COMMITTED ---------> APPLIED
 *                       |                |   |  \
 *                       | discard        |   |   \ evidence or device in doubt
 *                       |     give up or |   |    v
 *                       v     roll back  |   |   IN_DOUBT --> (APPLIED | ROLLED_BACK, by resolve
 *                  ROLLED_BACK &lt;---------+   |     |               or a later recovery)
 *                       ^                    v     v
 *                       +-------------- ROLLING_BACK
 * </pre>
 *
 * <p>COMMITTED is the decision, not the commit point: that is the file {@code go} beside the root,
 * written after barrier 1 (docs/protocol.md). ROLLING_BACK is a change of direction on record,
 * forced before the first step back.
 */
public enum TransactionState {
  ACTIVE,
  COMMITTED,
  ROLLING_BACK,
  APPLIED,
  ROLLED_BACK,
  IN_DOUBT;

  /** Returns whether nothing is left to do for it. */
  public boolean isFinal() {
    return this == APPLIED || this == ROLLED_BACK;
  }

  /** Returns whether the journal accepts {@code next} after this state. */
  public boolean mayBecome(TransactionState next) {
    return switch (this) {
      case ACTIVE -> Set.of(COMMITTED, ROLLED_BACK).contains(next);
      case COMMITTED -> Set.of(APPLIED, ROLLED_BACK, ROLLING_BACK, IN_DOUBT).contains(next);
      case ROLLING_BACK -> Set.of(ROLLED_BACK, IN_DOUBT).contains(next);
      case IN_DOUBT -> Set.of(APPLIED, ROLLED_BACK, ROLLING_BACK).contains(next);
      case APPLIED, ROLLED_BACK -> false;
    };
  }

  /** Returns the name in the command line's contract. */
  public String label() {
    return switch (this) {
      case ACTIVE -> "active";
      case COMMITTED, ROLLING_BACK -> "committed";
      case APPLIED -> "applied";
      case ROLLED_BACK -> "rolled_back";
      case IN_DOUBT -> "in_doubt";
    };
  }
}
