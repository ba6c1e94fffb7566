package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * All of a directory as text, a line a path: type, mode, owner, size, mtime, bytes, link, extended
 * attributes, and with which other path it shares its inode. Two are equal if the trees are.
 */
final class TreeState {
  private final Map<RelativePath, String> lines = new TreeMap<>();
  private final Map<Long, RelativePath> shared = new HashMap<>();
  private final ContentCopier copier = new ContentCopier();

  private TreeState() {}

  /** Returns the state of {@code directory}; empty if it is not there. */
  static Map<RelativePath, String> of(Path directory) throws IOException {
    Disk disk = LinuxDisk.create();
    AbsolutePath path = AbsolutePath.of(directory.toString());
    TreeState state = new TreeState();
    try (Directory parent = disk.openDirectory(path.parent())) {
      state.add(parent, path.name(), RelativePath.EMPTY);
    }
    return state.lines;
  }

  private void add(Directory parent, EntryName name, RelativePath path) throws IOException {
    Stat stat = parent.stat(name).orElse(null);
    if (stat == null) {
      return;
    }
    Facts facts = FactsReader.read(parent, name, stat);
    if (stat.isFile()) {
      try (DiskFile file = parent.openToRead(name)) {
        facts = facts.withDigest(copier.hash(file, ContentCopier.Progress.NONE).digest());
      }
    }
    if (!stat.isDirectory() && stat.links() > 1) {
      RelativePath first = shared.putIfAbsent(stat.inode(), path);
      facts = facts.withHardlink(first);
    }
    lines.put(path, facts.toString());
    if (stat.isDirectory()) {
      try (Directory directory = parent.directory(name)) {
        for (EntryName child : directory.list()) {
          add(directory, child, path.resolve(child));
        }
      }
    }
  }
}
