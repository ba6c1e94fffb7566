package dev.holdfast.engine;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.FileIdentity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds where in a live tree inodes have a name. Walks the whole tree. */
final class LinkSearch {
  private LinkSearch() {}

  /** Returns one path of each of the wanted inodes that has one; other mounts are left out. */
  static Map<FileIdentity, RelativePath> find(LiveTree tree, Set<FileIdentity> wanted)
      throws DiskException {
    Map<FileIdentity, RelativePath> found = new HashMap<>();
    if (wanted.isEmpty() || tree.stat(RelativePath.EMPTY).filter(Stat::isDirectory).isEmpty()) {
      return found;
    }
    Deque<RelativePath> open = new ArrayDeque<>(List.of(RelativePath.EMPTY));
    while (!open.isEmpty() && found.size() < wanted.size()) {
      RelativePath path = open.pop();
      try {
        Directory directory = tree.directory(path);
        for (EntryName name : directory.list()) {
          Stat stat = directory.stat(name).orElse(null);
          if (stat == null || name.equals(ControlDirectory.NAME)) {
            continue;
          }
          if (stat.isDirectory()) {
            open.push(path.resolve(name));
          } else if (wanted.contains(FileIdentity.of(stat))) {
            found.putIfAbsent(FileIdentity.of(stat), path.resolve(name));
          }
        }
      } catch (DiskException e) {
        if (e.error() != DiskError.CROSSES_MOUNT && e.error() != DiskError.NOT_FOUND) {
          throw e;
        }
      }
    }
    return found;
  }
}
