package dev.holdfast.engine.source;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The way from the top of a tree down to where a walk is, with the names still to come on each
 * level. Only the innermost levels keep their directory open, so that no depth uses up the
 * process's descriptors; an outer one is opened again when the walk comes back, and must then be
 * the same directory. Nothing recurses.
 */
final class DirectoryWalk implements AutoCloseable {
  /** How many directories a walk has open at most, beside the top. */
  static final int MAX_OPEN = 64;

  private static final class Level {
    private final @Nullable EntryName name;
    private final Stat identity;
    private @Nullable Directory directory;
    private @Nullable List<EntryName> names;
    private Stat listed;
    private int next;

    private Level(@Nullable EntryName name, Directory directory, Stat identity) {
      this.name = name;
      this.directory = directory;
      this.identity = identity;
      this.listed = identity;
    }

    private void close() {
      if (directory != null) {
        directory.close();
        directory = null;
      }
    }
  }

  private final SourceDirectories directories;
  private final List<Level> levels = new ArrayList<>();
  private RelativePath path = RelativePath.EMPTY;
  private int outermostOpen;

  DirectoryWalk(SourceDirectories directories) {
    this.directories = directories;
  }

  /** Begins with the top. */
  void enterTop(Directory top, Stat stat) {
    levels.add(new Level(null, top, stat));
  }

  /** Goes down into {@code directory}, called {@code name} in the present one. Takes it over. */
  void enter(EntryName name, Directory directory, Stat stat) {
    path = path.resolve(name);
    levels.add(new Level(name, directory, stat));
    while (levels.size() - outermostOpen > MAX_OPEN) {
      levels.get(outermostOpen++).close();
    }
  }

  /** Returns whether the walk has not left the top yet. */
  boolean isInside() {
    return !levels.isEmpty();
  }

  /** Returns where the walk is. */
  RelativePath path() {
    return path;
  }

  /** Returns the directory where the walk is; the walk closes it. */
  Directory directory() throws DiskException, ConflictException {
    Level level = levels.getLast();
    Directory open = level.directory;
    return open == null ? reopen() : open;
  }

  /**
   * Opens the present level and some above it, so that a walk that goes back up opens each again
   * once, not each with all its parents.
   */
  private Directory reopen() throws DiskException, ConflictException {
    int innermost = levels.size() - 1;
    int outermost = Math.max(0, innermost - MAX_OPEN / 2);
    RelativePath at = path;
    for (int i = innermost; i > outermost; i--) {
      at = at.parent();
    }
    Directory directory = checked(directories.open(at), levels.get(outermost), at);
    outermostOpen = outermost;
    for (int i = outermost + 1; i <= innermost; i++) {
      EntryName name = Objects.requireNonNull(levels.get(i).name);
      RelativePath below = at.resolve(name);
      directory = checked(directories.open(directory, at, name), levels.get(i), below);
      at = below;
    }
    return directory;
  }

  private Directory checked(Directory opened, Level level, RelativePath at)
      throws DiskException, ConflictException {
    level.directory = opened;
    if (!opened.stat().isSameInode(level.identity)) {
      throw directories.changed(at);
    }
    return opened;
  }

  /**
   * Returns the next name in the present directory, or null after the last one: then the walk has
   * left it, and is in its parent.
   *
   * @throws ConflictException if names came or went since the directory was listed
   */
  @Nullable EntryName next() throws DiskException, ConflictException {
    Level level = levels.getLast();
    List<EntryName> names = level.names;
    if (names == null) {
      level.listed = directory().stat();
      names = directory().list();
      level.names = names;
    }
    if (level.next < names.size()) {
      return names.get(level.next++);
    }
    checkListing(level, names);
    level.close();
    levels.removeLast();
    outermostOpen = Math.min(outermostOpen, levels.size());
    if (level.name != null) {
      path = path.parent();
    }
    return null;
  }

  /** A name that moved while we read is in no list, and would be deleted from the target. */
  private void checkListing(Level level, List<EntryName> names)
      throws DiskException, ConflictException {
    Stat now = directory().stat();
    boolean touched =
        !now.modified().equals(level.listed.modified())
            || !now.changed().equals(level.listed.changed());
    if (touched && !directory().list().equals(names)) {
      throw directories.changed(path);
    }
  }

  @Override
  public void close() {
    levels.forEach(Level::close);
    levels.clear();
  }
}
