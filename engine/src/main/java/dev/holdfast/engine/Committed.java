package dev.holdfast.engine;

import java.util.List;
import java.util.OptionalLong;

/**
 * A transaction that took place, durable.
 *
 * @param sequence its number in the journal; empty if there was nothing to do, which is not
 *     recorded
 * @param operations how many operations it had
 * @param changes one for each path, sorted by bytes
 * @param exposureMicros how long a reader without the gate could have seen a mixture
 * @param renames the number of visible changes in that time
 * @param notes what else the user should know: changes of others met on the way, things left out
 */
public record Committed(
    OptionalLong sequence,
    int operations,
    List<Change> changes,
    long exposureMicros,
    int renames,
    List<String> notes) {

  /** Copies the lists. */
  public Committed {
    changes = List.copyOf(changes);
    notes = List.copyOf(notes);
  }
}
