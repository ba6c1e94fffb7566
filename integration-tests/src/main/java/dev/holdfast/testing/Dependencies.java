package dev.holdfast.testing;

import dev.holdfast.testing.EntryChange.Slot;
import java.util.HashSet;
import java.util.Set;

/**
 * Collects what must become durable with a directory's entries, going backwards in time: the
 * changes of these entries, the earlier changes on which they rest, what emptied a directory that
 * is removed, and the entries of the other directories that they lead into. Not the entry of the
 * directory itself.
 */
final class Dependencies {
  private record Place(long directory, dev.holdfast.disk.EntryName name) {}

  private final long directory;
  private final Set<Place> places = new HashSet<>();
  private final Set<Long> named = new HashSet<>();
  private final Set<Long> gone = new HashSet<>();
  private final Set<Long> emptied = new HashSet<>();

  Dependencies(long directory) {
    this.directory = directory;
  }

  /** Returns whether {@code change}, which came before all others asked for, must be durable. */
  boolean include(EntryChange change) {
    if (!change.touchesDirectory(directory) && !isNeeded(change)) {
      return false;
    }
    for (Slot slot : change.slots()) {
      places.add(new Place(slot.directory(), slot.name()));
      if (slot.directory() != directory) {
        named.add(slot.directory());
      }
      if (slot.before() != 0 && !change.adds(slot.before())) {
        emptied.add(slot.before());
      }
    }
    gone.addAll(change.goneBefore());
    return true;
  }

  private boolean isNeeded(EntryChange change) {
    for (Slot slot : change.slots()) {
      if (places.contains(new Place(slot.directory(), slot.name()))
          || emptied.contains(slot.directory())
          || (slot.after() != 0 && named.contains(slot.after()))
          || (slot.before() != 0 && gone.contains(slot.before()))) {
        return true;
      }
    }
    return false;
  }
}
