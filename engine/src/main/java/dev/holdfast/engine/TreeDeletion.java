package dev.holdfast.engine;

import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Deletes an entry with all that is in it, entry by entry, so that each is on record. */
final class TreeDeletion {
  private TreeDeletion() {}

  static void delete(RootChanges changes, RelativePath path) throws IOException {
    List<RelativePath> found = new ArrayList<>();
    Deque<RelativePath> open = new ArrayDeque<>(List.of(path));
    while (!open.isEmpty()) {
      RelativePath next = open.pop();
      found.add(next);
      Facts facts = changes.facts(next).orElse(null);
      if (facts != null && facts.type() == FileType.DIRECTORY) {
        for (EntryName name : changes.list(next)) {
          open.push(next.resolve(name));
        }
      }
    }
    for (RelativePath each : found.reversed()) {
      changes.delete(each);
    }
  }
}
