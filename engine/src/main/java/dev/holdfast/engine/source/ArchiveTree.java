package dev.holdfast.engine.source;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.Facts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tree that an archive's entries make up so far. Judges whether one more may be added to it,
 * and where.
 */
final class ArchiveTree {
  private final Excludes excludes;
  private final int strip;
  private final long maxEntries;
  private final Map<RelativePath, Facts> entries = new HashMap<>();
  private final Set<RelativePath> supervised = new LinkedHashSet<>();

  ArchiveTree(Excludes excludes, int strip, long maxEntries) {
    this.excludes = excludes;
    this.strip = strip;
    this.maxEntries = maxEntries;
  }

  /** Returns where an entry belongs, or empty if it is left out. */
  Optional<RelativePath> place(byte[] name, boolean isDirectory) throws BadArchiveException {
    Optional<RelativePath> path = ArchivePath.read(name, strip);
    if (path.isEmpty() || excludes.covers(path.get(), isDirectory)) {
      return Optional.empty();
    }
    if (Untouchable.isControl(path.get())) {
      throw new BadArchiveException(
          "has the name "
              + Untouchable.CONTROL
              + ", which no transaction touches; exclude it if the rest is meant");
    }
    return path;
  }

  /**
   * Adds the directories that {@code path} lies in and that have not come yet.
   *
   * @return them, outermost first
   */
  List<RelativePath> addParents(RelativePath path, Facts facts) throws BadArchiveException {
    List<RelativePath> missing = new ArrayList<>();
    for (RelativePath at = path; !at.isEmpty(); ) {
      at = at.parent();
      Facts parent = entries.get(at);
      if (parent == null) {
        missing.addFirst(at);
      } else if (parent.type() == FileType.DIRECTORY) {
        break;
      } else {
        throw new BadArchiveException(
            "lies below " + at + ", which is " + words(parent.type()) + " in the archive");
      }
    }
    for (RelativePath parent : missing) {
      put(parent, facts);
    }
    return missing;
  }

  /** Adds an entry, whose parents are there. */
  void add(RelativePath path, Facts facts) throws BadArchiveException {
    Facts before = entries.get(path);
    boolean bothDirectories =
        before != null && before.type() == FileType.DIRECTORY && facts.type() == FileType.DIRECTORY;
    if (before != null && !bothDirectories) {
      throw new BadArchiveException(
          "comes twice: as " + words(before.type()) + " and as " + words(facts.type()));
    }
    if (path.isEmpty() && facts.type() != FileType.DIRECTORY) {
      throw new BadArchiveException(
          "would be the whole tree, and is " + words(facts.type()) + ", not a directory");
    }
    put(path, facts);
    boolean isEndpoint = !path.isEmpty() && Untouchable.isEndpoint(facts.type());
    RelativePath parent = isEndpoint ? path.parent() : RelativePath.EMPTY;
    if (!parent.isEmpty() && Untouchable.mayBeSupervised(parent.name())) {
      supervised.add(parent);
    }
  }

  private void put(RelativePath path, Facts facts) throws BadArchiveException {
    entries.put(path, facts);
    if (entries.size() > maxEntries) {
      throw new BadArchiveException("is one of more than " + maxEntries + " entries");
    }
  }

  /** Returns what an entry is that is another name of the inode called {@code target}. */
  Facts linkTo(byte[] target) throws BadArchiveException {
    RelativePath path;
    try {
      path = ArchivePath.read(target, strip).orElse(RelativePath.EMPTY);
    } catch (BadArchiveException e) {
      throw new BadArchiveException("is a hard link to a file that " + e.getMessage(), e);
    }
    Facts facts = path.isEmpty() ? null : entries.get(path);
    if (facts == null && excludes.covers(path, false)) {
      throw new BadArchiveException(
          "is a hard link to " + path + ", which is excluded; exclude both or neither");
    }
    if (facts == null) {
      throw new BadArchiveException(
          "is a hard link to " + path + ", which has not come before it in the archive");
    }
    if (facts.type() == FileType.DIRECTORY) {
      throw new BadArchiveException("is a hard link to " + path + ", which is a directory");
    }
    return facts.hardlink() == null ? facts.withHardlink(path) : facts;
  }

  /** Returns the directories that belong to running programs, going by what is in them. */
  Set<RelativePath> supervised() {
    return supervised;
  }

  private static String words(FileType type) {
    return switch (type) {
      case FILE -> "a file";
      case DIRECTORY -> "a directory";
      case SYMLINK -> "a symbolic link";
      case FIFO -> "a fifo";
      case CHARACTER_DEVICE, BLOCK_DEVICE -> "a device";
      case SOCKET -> "a socket";
    };
  }
}
