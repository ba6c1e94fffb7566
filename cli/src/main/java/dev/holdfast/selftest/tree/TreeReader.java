package dev.holdfast.selftest.tree;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Quoted;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads a {@link DirectoryTree}; used once. */
final class TreeReader {
  private static final EntryName CONTROL = EntryName.of(".holdfast");
  private static final int BUFFER = 1 << 16;

  private final Set<Option> options;
  private final SortedMap<RelativePath, TreeEntry> entries = new TreeMap<>();
  private final Map<Long, RelativePath> firstLinks = new HashMap<>();

  TreeReader(Set<Option> options) {
    this.options = Set.copyOf(options);
  }

  DirectoryTree read(Directory root) throws DiskException {
    add(RelativePath.EMPTY, root, root.stat(), "");
    readBelow(root, RelativePath.EMPTY);
    return new DirectoryTree(entries);
  }

  private void readBelow(Directory directory, RelativePath path) throws DiskException {
    long device = directory.stat().device();
    for (EntryName name : directory.list()) {
      if (options.contains(Option.SKIP_CONTROL_DIRECTORIES) && name.equals(CONTROL)) {
        continue;
      }
      Stat stat = directory.stat(name).orElseThrow();
      if (stat.device() == device) {
        readEntry(directory, name, path.resolve(name), stat);
      }
    }
  }

  private void readEntry(Directory directory, EntryName name, RelativePath path, Stat stat)
      throws DiskException {
    switch (stat.type()) {
      case DIRECTORY -> {
        try (Directory below = directory.directory(name)) {
          add(path, below, stat, "");
          readBelow(below, path);
        }
      }
      case FILE -> {
        try (DiskFile file = directory.openToRead(name)) {
          add(path, file, stat, digestOf(file));
        }
      }
      case SYMLINK -> {
        try (Entry link = directory.entry(name)) {
          add(path, link, stat, "to " + Quoted.of(directory.readSymbolicLink(name)));
        }
      }
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET -> {
        try (Entry node = directory.entry(name)) {
          add(path, node, stat, "");
        }
      }
    }
  }

  private void add(RelativePath path, Attributed open, Stat stat, String contents)
      throws DiskException {
    boolean directory = stat.isDirectory();
    SortedMap<String, String> attributes = new TreeMap<>();
    open.extendedAttributes()
        .forEach((name, value) -> attributes.put(name, HexFormat.of().formatHex(value)));
    boolean timeless =
        options.contains(Option.IGNORE_TIMES)
            || (directory && options.contains(Option.IGNORE_DIRECTORY_TIMES));
    RelativePath firstLink =
        directory || stat.links() == 1 ? path : firstLinks.computeIfAbsent(stat.inode(), _ -> path);
    entries.put(
        path,
        new TreeEntry(
            stat.type(),
            stat.mode(),
            stat.uid(),
            stat.gid(),
            timeless ? Instant.EPOCH : stat.modified(),
            stat.isFile() ? stat.size() : 0,
            contents,
            stat.deviceNumber(),
            attributes,
            directory ? 0 : stat.links(),
            firstLink,
            directory && !options.contains(Option.IGNORE_DIRECTORY_INODES) ? stat.inode() : 0));
  }

  private static String digestOf(DiskFile file) throws DiskException {
    MessageDigest digest = sha256();
    long size = file.size();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(size, BUFFER)));
    int length;
    for (long at = 0; (length = file.read(at, buffer)) > 0; at += length) {
      digest.update(buffer.flip());
      buffer.clear();
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
