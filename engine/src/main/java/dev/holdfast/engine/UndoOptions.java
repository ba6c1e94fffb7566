package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;

/**
 * How a transaction is taken back.
 *
 * @param transaction how the new transaction is made and recorded
 * @param only only what the transaction changed at or below these paths; empty for all
 * @param cascade whether later transactions that are in the way are taken back, too
 */
public record UndoOptions(Options transaction, List<AbsolutePath> only, boolean cascade) {
  /** Copies the list. */
  public UndoOptions {
    only = List.copyOf(only);
  }

  /** Returns the options of a plain undo. */
  public static UndoOptions plain(Options transaction) {
    return new UndoOptions(transaction, List.of(), false);
  }
}
