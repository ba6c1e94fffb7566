package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.source.TreeSource.Item;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;

/** What the tests of sources do with trees on the real disk. */
final class Trees {
  static final Disk DISK = LinuxDisk.create();
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456789Z");

  /** More than any test's archive needs. */
  static final ArchiveLimits LIMITS =
      new ArchiveLimits(
          1L << 40,
          ArchiveLimits.MAX_ENTRIES,
          ArchiveLimits.MAX_RATIO,
          ArchiveLimits.RATIO_GRACE,
          ArchiveLimits.MAX_HOLES);

  private Trees() {}

  static AbsolutePath path(Path path) {
    return AbsolutePath.of(path.toString());
  }

  static Excludes excludes(String... patterns) {
    return Excludes.of(
        List.of(patterns).stream()
            .map(pattern -> ByteString.of(pattern.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }

  static DirectorySource directory(Path path, String... excludes) throws IOException {
    return DirectorySource.open(DISK, path(path), excludes(excludes));
  }

  static TarSource.Options options(int strip, String... excludes) {
    return options(LIMITS, strip, excludes);
  }

  static TarSource.Options options(ArchiveLimits limits, int strip, String... excludes) {
    Host host = DISK.host();
    return new TarSource.Options(
        excludes(excludes), strip, limits, new LocalAccounts(DISK), host, NOW);
  }

  /** Reads a whole source, but for the bytes of its files, and checks the order of its items. */
  static NavigableMap<RelativePath, Facts> read(TreeSource source) throws IOException {
    NavigableMap<RelativePath, Facts> all = new TreeMap<>();
    try (source) {
      for (Item item = source.next(); item != null; item = source.next()) {
        boolean inOrder = item.path().isEmpty() ? true : all.containsKey(item.path().parent());
        if (!inOrder || (all.isEmpty() && !item.path().isEmpty())) {
          throw new AssertionError(item.path() + " before its directory");
        }
        all.put(item.path(), item.facts());
      }
      if (source.next() != null) {
        throw new AssertionError("an item after the last one");
      }
      source.withdrawn().forEach(path -> all.keySet().removeIf(path::contains));
    }
    return all;
  }

  /** Makes an empty directory equal to a source, as plainly as can be. */
  static NavigableMap<RelativePath, Facts> build(TreeSource source, Path target)
      throws IOException {
    NavigableMap<RelativePath, Facts> all = new TreeMap<>();
    ContentCopier copier = new ContentCopier();
    try (source;
        Directory top = DISK.openDirectory(path(target))) {
      for (Item item = source.next(); item != null; item = source.next()) {
        if (all.put(item.path(), item.facts()) == null && !item.path().isEmpty()) {
          try (Directory parent = top.directory(item.path().parent())) {
            make(item, parent, top, copier);
          }
          all.put(item.path(), item.facts());
        }
      }
      for (var entry : all.descendingMap().entrySet()) {
        if (entry.getValue().type() == FileType.DIRECTORY) {
          try (Directory directory = top.directory(entry.getKey())) {
            AttributeWriter.dress(directory, entry.getValue());
          }
        }
      }
    }
    return all;
  }

  private static void make(Item item, Directory parent, Directory top, ContentCopier copier)
      throws IOException {
    EntryName name = item.path().name();
    Facts facts = item.facts();
    RelativePath first = facts.hardlink();
    if (first != null) {
      try (Directory from = top.directory(first.parent())) {
        from.link(first.name(), parent, name);
      }
      return;
    }
    switch (facts.type()) {
      case DIRECTORY -> {
        parent.makeDirectory(name, 0700);
        return;
      }
      case FILE -> {
        try (DiskFile file = parent.create(name, 0600)) {
          item.copyTo(file, copier, Progress.NONE);
        }
      }
      case SYMLINK -> parent.makeSymbolicLink(name, Objects.requireNonNull(facts.link()).bytes());
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET ->
          parent.makeNode(name, facts.type(), 0600, facts.deviceNumber());
    }
    try (Entry made = parent.entry(name)) {
      AttributeWriter.dress(made, item.facts());
    }
  }
}
