package dev.holdfast.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a wrapped command.
 *
 * @param sequence the transaction's number
 * @param exit its exit status, 128 + N after signal N
 * @param committed what was committed; null if nothing was, because it failed or was not approved
 * @param notes what else the user should know
 */
public record Wrapped(long sequence, int exit, @Nullable Committed committed, List<String> notes) {
  /** Copies the list. */
  public Wrapped {
    notes = List.copyOf(notes);
  }
}
