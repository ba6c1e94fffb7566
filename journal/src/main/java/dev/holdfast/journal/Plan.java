package dev.holdfast.journal;

import java.util.List;
import java.util.UUID;

/**
 * Everything that a transaction is going to do, in the order of execution, with the exact before
 * and after. Written once, as one value, to the journal and beside each root; never rewritten.
 *
 * @param id the transaction
 * @param sequence its number in the journal
 * @param journal the journal that it belongs to
 * @param mode how its decision is made durable
 * @param roots the cover set in canonical order (by path)
 * @param operations in order of execution
 * @param directoryTimes set after the last operation, deepest first
 */
public record Plan(
    TransactionId id,
    long sequence,
    UUID journal,
    DurabilityMode mode,
    List<PlannedRoot> roots,
    List<FileOperation> operations,
    List<DirectoryTime> directoryTimes) {

  /** Copies the lists. */
  public Plan {
    roots = List.copyOf(roots);
    operations = List.copyOf(operations);
    directoryTimes = List.copyOf(directoryTimes);
  }
}
