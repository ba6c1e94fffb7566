package dev.holdfast.engine.control;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Removes a whole subtree of a control directory. Never used on a live tree.
 *
 * <p>Whatever the depth, few directories are open at once: what lies deeper than {@link #MAX_DEPTH}
 * is moved up first. A directory that we staged may be one that nobody may write to.
 */
final class TreeRemoval {
  private static final int MAX_DEPTH = 32;
  private static final int OWNER_ALL = 0700;
  private static final String MOVED_UP = "removed-";

  private final Directory top;
  private int movedUp;

  private TreeRemoval(Directory top) {
    this.top = top;
  }

  /** Removes {@code name} and all below it; returns the bytes that were allocated to it. */
  static long remove(Directory parent, EntryName name) throws DiskException {
    Optional<Stat> stat = parent.stat(name);
    if (stat.isEmpty()) {
      return 0;
    }
    long bytes = allocated(stat.get());
    if (!stat.get().isDirectory()) {
      parent.unlink(name);
      return bytes;
    }
    makeWritable(parent, name, stat.get());
    try (Directory directory = parent.directory(name)) {
      TreeRemoval removal = new TreeRemoval(directory);
      do {
        bytes += removal.empty(directory, 1);
      } while (!directory.list().isEmpty());
    }
    parent.removeDirectory(name);
    return bytes;
  }

  private long empty(Directory directory, int depth) throws DiskException {
    long bytes = 0;
    for (EntryName name : directory.list()) {
      Optional<Stat> stat = directory.stat(name);
      if (stat.isEmpty()) {
        continue;
      }
      if (!stat.get().isDirectory()) {
        bytes += allocated(stat.get());
        directory.unlink(name);
        continue;
      }
      makeWritable(directory, name, stat.get());
      if (depth >= MAX_DEPTH) {
        moveUp(directory, name);
        continue;
      }
      bytes += allocated(stat.get());
      try (Directory child = directory.directory(name)) {
        bytes += empty(child, depth + 1);
      }
      directory.removeDirectory(name);
    }
    return bytes;
  }

  private void moveUp(Directory directory, EntryName name) throws DiskException {
    while (true) {
      try {
        directory.rename(name, top, EntryName.of(MOVED_UP + movedUp++));
        return;
      } catch (DiskException e) {
        if (e.error() != DiskError.EXISTS) {
          throw e;
        }
      }
    }
  }

  private static void makeWritable(Directory parent, EntryName name, Stat stat)
      throws DiskException {
    if ((stat.mode() & OWNER_ALL) != OWNER_ALL) {
      try (Directory directory = parent.directory(name)) {
        directory.setMode(stat.mode() | OWNER_ALL);
      }
    }
  }

  private static long allocated(Stat stat) {
    return stat.links() > 1 && !stat.isDirectory() ? 0 : stat.allocated();
  }

  /** Returns the bytes that {@link #remove} would free; a writer may be at work there. */
  static long size(Directory parent, EntryName name) throws DiskException {
    Optional<Stat> stat = parent.stat(name);
    if (stat.isEmpty()) {
      return 0;
    }
    long bytes = allocated(stat.get());
    Deque<RelativePath> open = new ArrayDeque<>();
    if (stat.get().isDirectory()) {
      open.push(RelativePath.of(name));
    }
    while (!open.isEmpty()) {
      RelativePath path = open.pop();
      try (Directory directory = parent.directory(path)) {
        for (EntryName child : directory.list()) {
          Stat found = directory.stat(child).orElse(null);
          if (found != null) {
            bytes += allocated(found);
            if (found.isDirectory()) {
              open.push(path.resolve(child));
            }
          }
        }
      } catch (DiskException e) {
        // Not there any more, or overlayfs' own, which keeps out whoever is not root.
        if (e.error() != DiskError.NOT_FOUND && e.error() != DiskError.DENIED) {
          throw e;
        }
      }
    }
    return bytes;
  }
}
