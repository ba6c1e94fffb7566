package dev.holdfast.engine;

import dev.holdfast.journal.TransactionRecord;
import java.util.List;

/**
 * Open and pending transactions, and the roots.
 *
 * @param pending decided or in doubt, and not finished
 * @param active begun and not decided
 * @param roots all registered roots
 */
public record Status(
    List<TransactionRecord> pending, List<TransactionRecord> active, List<RootStatus> roots) {
  /** Copies the lists. */
  public Status {
    pending = List.copyOf(pending);
    active = List.copyOf(active);
    roots = List.copyOf(roots);
  }
}
