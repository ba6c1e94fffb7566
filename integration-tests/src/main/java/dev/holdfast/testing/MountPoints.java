package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.testing.Machine.Mount;

/** Makes the directories on which file systems are mounted. */
final class MountPoints {
  private MountPoints() {}

  /** Makes a directory and those above it as far as they are missing, and returns where it is. */
  static Mount make(Machine machine, AbsolutePath path) {
    AbsolutePath at = AbsolutePath.ROOT;
    try {
      for (EntryName name : path.belowRoot().names()) {
        PathWalk parent = new PathWalk(machine, at);
        if (machine.volume(parent.volume()).cache().lookUp(parent.inode(), name) == 0) {
          Call call = new Call(Call.Verb.MAKE_DIRECTORY, at, name, "");
          new Entries(machine, parent.volume(), call)
              .create(parent.inode(), name, FileType.DIRECTORY, 0755, 0);
        }
        at = at.resolve(name);
      }
      PathWalk made = new PathWalk(machine, at);
      return new Mount(made.volume(), made.inode());
    } catch (DiskException e) {
      throw new IllegalArgumentException("cannot mount at " + path, e);
    }
  }
}
