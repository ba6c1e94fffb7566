package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A folder that nobody else may look into, and all that is in it. */
final class ScratchFolder {
  private static final String NAME = "holdfast-selftest-";

  private final Disk disk;
  private final AbsolutePath path;

  private ScratchFolder(Disk disk, AbsolutePath path) {
    this.disk = disk;
    this.path = path;
  }

  /** Makes one in {@code directory}. */
  static ScratchFolder make(Disk disk, AbsolutePath directory) throws DiskException {
    EntryName name =
        EntryName.of(NAME + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()));
    try (Directory parent = disk.openDirectory(directory)) {
      parent.makeDirectory(name, 0700);
    }
    return new ScratchFolder(disk, directory.resolve(name));
  }

  AbsolutePath path() {
    return path;
  }

  /** Makes a folder in it. */
  AbsolutePath folder(String name) throws DiskException {
    EntryName entry = EntryName.of(name);
    try (Directory directory = disk.openDirectory(path)) {
      directory.makeDirectory(entry, 0700);
    }
    return path.resolve(entry);
  }

  /** Removes it with all that is in it. */
  void remove() throws DiskException {
    remove(path);
  }

  /** Removes one of its folders with all that is in it. */
  void remove(AbsolutePath folder) throws DiskException {
    try (Directory parent = disk.openDirectory(folder.parent())) {
      remove(parent, folder.name());
    }
  }

  private static void remove(Directory parent, EntryName name) throws DiskException {
    Optional<Stat> stat = parent.stat(name);
    if (stat.isEmpty()) {
      return;
    }
    if (!stat.get().isDirectory()) {
      parent.unlink(name);
      return;
    }
    try (Directory directory = parent.directory(name)) {
      for (EntryName below : directory.list()) {
        remove(directory, below);
      }
    }
    parent.removeDirectory(name);
  }
}
