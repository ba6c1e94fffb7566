package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.tree.LiveTree;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Finds where below a directory another mount or subvolume begins, which no update enters. */
final class Mounts {
  private static final int MOUNT_POINT = 4;
  private static final long SUBVOLUME = 256; // BTRFS_FIRST_FREE_OBJECTID, every subvolume's root
  private static final int MOST_DIRECTORIES = 20_000;

  private Mounts() {}

  /** Returns the mount points below {@code root}; empty if the kernel does not say. */
  static Optional<List<AbsolutePath>> below(Disk disk, AbsolutePath root) {
    return SystemFiles.text(disk, AbsolutePath.of("/proc/self/mountinfo"))
        .map(text ->
            text.lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields.length > MOUNT_POINT)
                .map(fields -> AbsolutePath.of(unescaped(fields[MOUNT_POINT])))
                .filter(point -> root.contains(point) && !root.equals(point))
                .distinct()
                .toList());
  }

  /** Undoes the kernel's octal escapes. */
  private static byte[] unescaped(String field) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
    for (int i = 0; i < field.length(); i++) {
      if (field.charAt(i) == '\\' && i + 3 < field.length()) {
        bytes.write(Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        bytes.write(field.charAt(i));
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Subvolumes below a directory.
   *
   * @param found the first of them
   * @param isComplete whether all directories were looked at
   */
  record Subvolumes(List<AbsolutePath> found, boolean isComplete) {}

  /** Looks for btrfs subvolumes, which are no mounts, and which no rename crosses. */
  static Subvolumes subvolumes(Disk disk, AbsolutePath root) throws DiskException {
    List<AbsolutePath> found = new ArrayList<>();
    int looked = 0;
    try (LiveTree tree = LiveTree.open(disk, root)) {
      Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
      while (!open.isEmpty() && looked++ < MOST_DIRECTORIES) {
        RelativePath path = open.pop();
        try {
          Directory directory = tree.directory(path);
          for (EntryName name : directory.list()) {
            Stat stat = directory.stat(name).orElse(null);
            if (stat == null || !stat.isDirectory() || name.equals(ControlDirectory.NAME)) {
              continue;
            }
            if (stat.inode() == SUBVOLUME) {
              found.add(root.resolve(path.resolve(name)));
            } else {
              open.push(path.resolve(name));
            }
          }
        } catch (DiskException e) {
          if (e.error() != DiskError.CROSSES_MOUNT
              && e.error() != DiskError.DENIED
              && e.error() != DiskError.NOT_FOUND) {
            throw e;
          }
        }
      }
      return new Subvolumes(found, open.isEmpty());
    }
  }
}
