package dev.holdfast.engine.control;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import java.util.Optional;

/** Removes a whole subtree of a control directory. Never used on a live tree. */
final class TreeRemoval {
  private TreeRemoval() {}

  /** Removes {@code name} and all below it; returns the bytes that were allocated to it. */
  static long remove(Directory parent, EntryName name) throws DiskException {
    Optional<Stat> stat = parent.stat(name);
    if (stat.isEmpty()) {
      return 0;
    }
    long bytes = stat.get().links() > 1 && !stat.get().isDirectory() ? 0 : stat.get().allocated();
    if (stat.get().isDirectory()) {
      try (Directory directory = parent.directory(name)) {
        for (EntryName child : directory.list()) {
          bytes += remove(directory, child);
        }
      }
      parent.removeDirectory(name);
    } else {
      parent.unlink(name);
    }
    return bytes;
  }

  /** Returns the bytes that {@link #remove} would free. */
  static long size(Directory parent, EntryName name) throws DiskException {
    Optional<Stat> stat = parent.stat(name);
    if (stat.isEmpty()) {
      return 0;
    }
    long bytes = stat.get().links() > 1 && !stat.get().isDirectory() ? 0 : stat.get().allocated();
    if (stat.get().isDirectory()) {
      try (Directory directory = parent.directory(name)) {
        for (EntryName child : directory.list()) {
          bytes += size(directory, child);
        }
      }
    }
    return bytes;
  }
}
