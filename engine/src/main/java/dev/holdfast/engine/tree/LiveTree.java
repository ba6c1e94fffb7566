package dev.holdfast.engine.tree;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.Facts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A root's live tree, reached by directory handles only. The root itself is an entry of its parent,
 * so that a root that does not exist yet can be created like any other entry.
 *
 * <p>Keeps a bounded number of handles open, because an update touches many files of few
 * directories. A handle stays with its directory whoever renames it; {@link #forget} drops them
 * all, so that the next look goes by the names again. Not safe for several threads.
 */
public final class LiveTree implements AutoCloseable {
  private static final int OPEN_HANDLES = 256;

  private final Disk disk;
  private final AbsolutePath path;
  private final Directory parent;
  private final EntryName name;
  private final Map<RelativePath, Directory> open =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RelativePath, Directory> eldest) {
          if (size() <= OPEN_HANDLES) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };

  /** What the root was when it was entered; only where it is mounted matters. */
  private @Nullable Stat mount;

  private LiveTree(Disk disk, AbsolutePath path, Directory parent) {
    this.disk = disk;
    this.path = path;
    this.parent = parent;
    this.name = path.name();
  }

  /** Opens the tree at {@code path}, which need not exist; its parent must. */
  public static LiveTree open(Disk disk, AbsolutePath path) throws DiskException {
    return new LiveTree(disk, path, disk.openDirectory(path.parent()));
  }

  /** Returns where the tree is. */
  public AbsolutePath path() {
    return path;
  }

  /** Returns the handle of the directory that holds the root. Stays open until the tree closes. */
  public Directory parentDirectory() {
    return parent;
  }

  /** A place for an entry: the open directory that holds it, and its name there. */
  public record Place(Directory directory, EntryName name) {

    /** Returns the entry's facts, or empty if there is none. */
    public Optional<Stat> stat() throws DiskException {
      return directory.stat(name);
    }
  }

  /**
   * Returns the place of {@code entry}. The handle is the tree's: do not close it, and do not keep
   * it beyond the next call.
   *
   * @throws DiskException if the directory that should hold it is not there, is reached through a
   *     link, or is on another mount
   */
  public Place place(RelativePath entry) throws DiskException {
    return entry.isEmpty()
        ? new Place(parent, name)
        : new Place(directory(entry.parent()), entry.name());
  }

  /** Returns the directory at {@code directory}; the handle is the tree's, as in {@link #place}. */
  public Directory directory(RelativePath directory) throws DiskException {
    Directory known = open.get(directory);
    if (known == null) {
      known = openDirectory(directory);
      open.put(directory, known);
    }
    return known;
  }

  /**
   * The root may be a mount point itself: the administrator named it, so it is opened by its path.
   */
  private Directory openRoot() throws DiskException {
    try {
      return parent.directory(name);
    } catch (DiskException e) {
      if (e.error() != DiskError.CROSSES_MOUNT) {
        throw e;
      }
      return disk.openDirectory(path);
    }
  }

  /** Opens an entry of any type for its metadata; the caller closes it. */
  public Attributed node(RelativePath entry) throws DiskException {
    if (entry.isEmpty() && stat(entry).map(Stat::isDirectory).orElse(false)) {
      return openRoot();
    }
    Place place = place(entry);
    return place.directory().entry(place.name());
  }

  /** Returns the facts of the entry that {@code stat} was just read from. */
  public Facts facts(RelativePath entry, Stat stat) throws DiskException {
    if (entry.isEmpty() && stat.isDirectory()) {
      try (Attributed root = openRoot()) {
        return FactsReader.of(stat, FactsReader.attributes(root), null, null);
      }
    }
    Place place = place(entry);
    return FactsReader.read(place.directory(), place.name(), stat);
  }

  private Directory openDirectory(RelativePath directory) throws DiskException {
    if (directory.isEmpty()) {
      return openRoot();
    }
    Directory holder = open.get(directory.parent());
    Directory opened =
        holder != null
            ? holder.directory(directory.name())
            : directory(RelativePath.EMPTY).directory(directory);
    Stat root = mount;
    if (root == null) {
      root = directory(RelativePath.EMPTY).stat();
      mount = root;
    }
    Stat stat = opened.stat();
    if (stat.device() != root.device() || stat.mount() != root.mount()) {
      opened.close();
      throw new DiskException(DiskError.CROSSES_MOUNT, "enter", path.resolve(directory).toString());
    }
    return opened;
  }

  /** Returns the facts of an entry; empty if it, or a directory on the way, is not there. */
  public Optional<Stat> stat(RelativePath entry) throws DiskException {
    try {
      return place(entry).stat();
    } catch (DiskException e) {
      return switch (e.error()) {
        case NOT_FOUND, NOT_DIRECTORY, SYMLINK -> Optional.empty();
        default -> throw e;
      };
    }
  }

  /** Closes the handles of {@code directory} and of all below it, which is about to go or move. */
  public void forget(RelativePath directory) {
    if (directory.isEmpty()) {
      mount = null;
    }
    open.entrySet()
        .removeIf(entry -> {
          boolean gone = directory.contains(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
  }

  @Override
  public void close() {
    forget(RelativePath.EMPTY);
    parent.close();
  }
}
