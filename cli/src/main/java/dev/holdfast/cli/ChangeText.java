package dev.holdfast.cli;

import dev.holdfast.engine.Change;
import dev.holdfast.engine.Change.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes of paths, in the form that every command shows. */
final class ChangeText {
  private ChangeText() {}

  /**
   * Returns one line a path, sorted by bytes: below the root, or absolute where there are several.
   */
  static List<String> lines(List<Change> changes) {
    boolean single = changes.stream().map(Change::root).distinct().count() <= 1;
    List<Change> sorted = new ArrayList<>(changes);
    sorted.sort(Comparator.comparing(Change::root).thenComparing(Change::path));
    return sorted.stream().map(change -> single ? change.toString() : absolute(change)).toList();
  }

  private static String absolute(Change change) {
    String to = change.to() == null ? "" : " -> " + change.root().resolve(change.to());
    return change.kind().letter() + " " + change.root().resolve(change.path()) + to;
  }

  /** Returns how many paths were changed in which way, such as {@code 2 added, 1 changed}. */
  static String counted(List<Change> changes) {
    long added = count(changes, Kind.ADDED);
    long deleted = count(changes, Kind.DELETED);
    long renamed = count(changes, Kind.RENAMED);
    long changed = changes.size() - added - deleted - renamed;
    String rest = renamed == 0 ? "" : ", " + renamed + " renamed";
    return added + " added, " + changed + " changed, " + deleted + " deleted" + rest;
  }

  private static long count(List<Change> changes, Kind kind) {
    return changes.stream().filter(change -> change.kind() == kind).count();
  }
}
