package dev.holdfast.engine;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.RootChanges.View;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Copies an entry, with all that is in it, inside a transaction. */
final class TreeCopy {
  private TreeCopy() {}

  /** Copies bytes and metadata; each name becomes an inode of its own. */
  static void copy(RootChanges changes, RelativePath from, RelativePath to, ContentCopier copier)
      throws IOException {
    copy(changes, from, to, copier, (_, _) -> false);
  }

  /** Whether a live file that has several names may get one more instead of a copy. */
  @FunctionalInterface
  interface Linking {
    /** Returns whether; then nothing but its place may be changed in the transaction. */
    boolean mayLink(RelativePath target, FileIdentity inode);
  }

  static void copy(
      RootChanges changes,
      RelativePath from,
      RelativePath to,
      ContentCopier copier,
      Linking linking)
      throws IOException {
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    while (!open.isEmpty()) {
      RelativePath below = open.pop();
      RelativePath source = from.resolve(below);
      RelativePath target = to.resolve(below);
      Facts facts = changes.requireFacts(source);
      if (changes.view(source) instanceof View.Live(RelativePath live, Stat stat, Facts changed)
          && changed == null
          && !stat.isDirectory()
          && stat.links() > 1
          && linking.mayLink(target, FileIdentity.of(stat))) {
        changes.putDraftLink(target, facts, changes.draftLink(live));
        continue;
      }
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
