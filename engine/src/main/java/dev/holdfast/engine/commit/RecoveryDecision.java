package dev.holdfast.engine.commit;

import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What recovery is going to do with one transaction: decided first, as data, then done. {@link
 * #decide} is the table of docs/protocol.md, row by row.
 */
sealed interface RecoveryDecision {

  /** Nothing is to be done. */
  record Leave() implements RecoveryDecision {}

  /** Removes what was staged; no tree was touched. The record becomes ROLLED_BACK. */
  record Discard(String reason) implements RecoveryDecision {}

  /** Completes the record, and the markers, without touching a tree. */
  record Label(TransactionState state, String reason) implements RecoveryDecision {}

  /** Executes what was not executed. */
  record Forward(String reason) implements RecoveryDecision {}

  /** Takes back what was executed. */
  record Back(String reason) implements RecoveryDecision {}

  /** Touches nothing: the evidence does not fit any crash of a sound disk. */
  record Doubt(String reason) implements RecoveryDecision {}

  /** Decides. */
  static RecoveryDecision decide(RecoveryEvidence evidence) throws IOException {
    if (evidence.unsure()) {
      return new Doubt(
          "its last barrier failed in this boot, so what can be read may not be on the disk;"
              + " reboot, then recover");
    }
    return evidence.marker() ? withMarker(evidence) : withoutMarker(evidence);
  }

  /** No marker: services may have run since, so no tree is ever touched (I10). */
  private static RecoveryDecision withoutMarker(RecoveryEvidence evidence) throws IOException {
    TransactionState state = evidence.state();
    if (state == null || state == TransactionState.ACTIVE) {
      return evidence.lasting()
          ? new Leave()
          : new Discard("its process ended before the decision");
    }
    return switch (state) {
      case APPLIED, ROLLED_BACK, ACTIVE -> new Leave();
      case COMMITTED, ROLLING_BACK, IN_DOUBT -> {
        if (evidence.applied()) {
          yield new Label(TransactionState.APPLIED, "it was complete; only its record was not");
        }
        if (evidence.rolledBack()) {
          yield new Label(
              TransactionState.ROLLED_BACK, "it was taken back; only its record was not complete");
        }
        if (evidence.mode() == DurabilityMode.MERGED && !evidence.executed()) {
          yield new Label(TransactionState.ROLLED_BACK, "its first barrier never ended");
        }
        yield new Doubt("the marker is gone, but nothing says how it ended");
      }
    };
  }

  private static RecoveryDecision withMarker(RecoveryEvidence evidence) throws IOException {
    boolean merged = evidence.mode() == DurabilityMode.MERGED;
    if (merged && evidence.applied()) {
      return new Label(TransactionState.APPLIED, "it was complete; only a marker was left");
    }
    if (merged && evidence.rolledBack()) {
      return new Label(TransactionState.ROLLED_BACK, "it was taken back; only a marker was left");
    }
    TransactionState state = evidence.state();
    if (state == null || state == TransactionState.ACTIVE) {
      return evidence.executed()
          ? new Doubt("the journal does not know its decision: the journal is older than the tree")
          : new Label(TransactionState.ROLLED_BACK, "it stopped before its decision was durable");
    }
    return switch (state) {
      case COMMITTED, IN_DOUBT, ACTIVE ->
          evidence.back() ? new Back("its direction had been changed") : decided(evidence, merged);
      case ROLLING_BACK -> new Back("it was being taken back");
      case ROLLED_BACK ->
          evidence.executed()
              ? new Back("it had been taken back, but not all of that was durable")
              : new Label(TransactionState.ROLLED_BACK, "it was taken back; a marker was left");
      case APPLIED -> {
        if (evidence.complete()) {
          yield new Label(TransactionState.APPLIED, "it was complete; only a marker was left");
        }
        String damage = evidence.damage();
        yield damage == null
            ? new Forward("it was complete; not all of it was durable")
            : new Doubt("it is applied on record, but " + damage);
      }
    };
  }

  private static RecoveryDecision decided(RecoveryEvidence evidence, boolean merged)
      throws IOException {
    if (merged && !evidence.executed()) {
      String reason = "it stopped before its commit point";
      return evidence.touched()
          ? new Back(reason + ", or nothing but attributes was durable")
          : new Label(TransactionState.ROLLED_BACK, reason);
    }
    String damage = evidence.damage();
    if (damage == null) {
      return new Forward("it had passed its commit point");
    }
    return merged || evidence.executed()
        ? new Back("what was staged is damaged: " + damage)
        : new Doubt("it was decided, but " + damage);
  }

  /** Returns what it means in a word for people. */
  default @Nullable String reasonText() {
    return switch (this) {
      case Leave() -> null;
      case Discard(String reason) -> reason;
      case Label(_, String reason) -> reason;
      case Forward(String reason) -> reason;
      case Back(String reason) -> reason;
      case Doubt(String reason) -> reason;
    };
  }
}
