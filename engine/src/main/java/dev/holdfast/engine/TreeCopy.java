package dev.holdfast.engine;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Copies an entry, with all that is in it, inside a transaction. */
final class TreeCopy {
  private TreeCopy() {}

  static void copy(RootChanges changes, RelativePath from, RelativePath to, ContentCopier copier)
      throws IOException {
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    while (!open.isEmpty()) {
      RelativePath below = open.pop();
      RelativePath source = from.resolve(below);
      RelativePath target = to.resolve(below);
      Facts facts = changes.facts(source).orElseThrow();
      switch (facts.type()) {
        case FILE -> {
          try (DiskFile file = changes.openToRead(source)) {
            changes.putFile(
                target, facts, staged -> copier.copy(file, staged, ContentCopier.Progress.NONE));
          }
        }
        case DIRECTORY -> {
          changes.putDirectory(target, facts);
          for (EntryName name : changes.list(source)) {
            open.push(below.resolve(name));
          }
        }
        case SYMLINK, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE -> changes.putNode(target, facts);
        case SOCKET -> {}
      }
    }
  }
}
