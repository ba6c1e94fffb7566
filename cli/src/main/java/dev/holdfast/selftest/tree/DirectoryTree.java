package dev.holdfast.selftest.tree;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The oracle: everything a transaction may change about a tree, read through the seam at one
 * moment. Two trees are equal if nobody could tell them apart.
 */
public final class DirectoryTree {

  /** What to leave out of the comparison. */
  public enum Option {
    /** Everything called {@code .holdfast}, at any depth. */
    SKIP_CONTROL_DIRECTORIES,
    /** The inode numbers of directories: when the trees are on different disks. */
    IGNORE_DIRECTORY_INODES,
    /** The modification times of directories. */
    IGNORE_DIRECTORY_TIMES,
    /** The modification times of everything. */
    IGNORE_TIMES
  }

  /** What is there where there is no tree. */
  public static final DirectoryTree NONE = new DirectoryTree(new TreeMap<>());

  private final SortedMap<RelativePath, TreeEntry> entries;

  DirectoryTree(SortedMap<RelativePath, TreeEntry> entries) {
    this.entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  /** Reads the tree below {@code root}, which itself is the entry of the empty path. */
  public static DirectoryTree of(Directory root, Option... options) throws DiskException {
    return new TreeReader(Set.of(options)).read(root);
  }

  /** Reads the tree at {@code path}. */
  public static DirectoryTree of(Disk disk, AbsolutePath path, Option... options)
      throws DiskException {
    try (Directory root = disk.openDirectory(path)) {
      return of(root, options);
    }
  }

  /** Reads the tree at {@code path}. */
  public static DirectoryTree of(Disk disk, String path, Option... options) throws DiskException {
    return of(disk, AbsolutePath.of(path), options);
  }

  /** Returns this tree as it would have been read with these options. */
  public DirectoryTree without(Option... options) {
    Set<Option> ignored = Set.of(options);
    SortedMap<RelativePath, TreeEntry> left = new TreeMap<>();
    entries.forEach((path, entry) -> left.put(path, entry.without(ignored)));
    return new DirectoryTree(left);
  }

  /**
   * Returns this tree with each directory's inode replaced by the number of the directory that it
   * was in {@code before}, or 0 if it is a new one. So the same update in two places can be
   * compared, and a directory that is not the same any more is noticed.
   */
  public DirectoryTree numberedBy(DirectoryTree before) {
    Map<Long, Long> numbers = new HashMap<>();
    for (TreeEntry entry : before.entries.values()) {
      if (entry.type() == FileType.DIRECTORY) {
        numbers.put(entry.inode(), numbers.size() + 1L);
      }
    }
    SortedMap<RelativePath, TreeEntry> numbered = new TreeMap<>();
    entries.forEach((path, entry) ->
        numbered.put(path, entry.withInode(numbers.getOrDefault(entry.inode(), 0L))));
    return new DirectoryTree(numbered);
  }

  /** Returns this tree without one entry. */
  public DirectoryTree without(RelativePath path) {
    SortedMap<RelativePath, TreeEntry> left = new TreeMap<>(entries);
    left.remove(path);
    return new DirectoryTree(left);
  }

  /** Returns the entries by path, the root first. */
  public SortedMap<RelativePath, TreeEntry> entries() {
    return entries;
  }

  /** Returns the names of the entries right below the root. */
  public Set<EntryName> names() {
    Set<EntryName> names = new TreeSet<>();
    for (RelativePath path : entries.keySet()) {
      if (path.depth() == 1) {
        names.add(path.name());
      }
    }
    return names;
  }

  /** Returns, line by line, what is other in {@code other}; empty if nothing is. */
  public String difference(DirectoryTree other) {
    StringBuilder text = new StringBuilder();
    SortedSet<RelativePath> paths = new TreeSet<>(entries.keySet());
    paths.addAll(other.entries.keySet());
    for (RelativePath path : paths) {
      TreeEntry here = entries.get(path);
      TreeEntry there = other.entries.get(path);
      if (here == null && there != null) {
        text.append("+ ").append(path).append(": ").append(there).append('\n');
      } else if (here != null && there == null) {
        text.append("- ").append(path).append(": ").append(here).append('\n');
      } else if (here != null && there != null && !here.equals(there)) {
        text.append("~ ").append(path).append(": ").append(here.difference(there)).append('\n');
      }
    }
    return text.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DirectoryTree tree && entries.equals(tree.entries);
  }

  @Override
  public int hashCode() {
    return entries.hashCode();
  }

  /** Returns the whole tree, a line for each entry. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    entries.forEach((path, entry) -> text.append(path).append(": ").append(entry).append('\n'));
    return text.toString();
  }
}
