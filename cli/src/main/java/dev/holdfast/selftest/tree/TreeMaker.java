package dev.holdfast.selftest.tree;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Makes and changes trees as anybody does who knows nothing of Holdfast: scenarios' trees before
 * the first transaction, sources, and what services write in between.
 */
public final class TreeMaker {
  static final Instant EPOCH = Instant.parse("2025-03-04T05:06:07.089012345Z");

  private final Disk disk;
  private final AbsolutePath root;
  private final Set<Feature> features;

  private TreeMaker(Disk disk, AbsolutePath root, Set<Feature> features) {
    this.disk = disk;
    this.root = root;
    this.features = Set.copyOf(features);
  }

  /** Makes the directory {@code root}, 0755, with all above it, if absent. */
  public static TreeMaker at(Disk disk, String root) throws DiskException {
    return at(disk, AbsolutePath.of(root), EnumSet.allOf(Feature.class));
  }

  /**
   * Makes the directory {@code root}, 0755, with all above it, if absent. What needs another
   * feature than these is left out of the tree.
   */
  public static TreeMaker at(Disk disk, AbsolutePath root, Set<Feature> features)
      throws DiskException {
    makeAll(disk, root);
    return new TreeMaker(disk, root, features);
  }

  /** Works in the tree at {@code root} as it is. */
  public static TreeMaker in(Disk disk, AbsolutePath root) {
    return new TreeMaker(disk, root, EnumSet.allOf(Feature.class));
  }

  private static void makeAll(Disk disk, AbsolutePath path) throws DiskException {
    if (path.equals(AbsolutePath.ROOT)) {
      return;
    }
    makeAll(disk, path.parent());
    try (Directory parent = disk.openDirectory(path.parent())) {
      if (parent.stat(path.name()).isEmpty()) {
        parent.makeDirectory(path.name(), 0755);
      }
    }
  }

  private interface Change {
    void make(Directory parent, EntryName name) throws DiskException;
  }

  private TreeMaker change(Feature needed, String path, Change change) throws DiskException {
    return features.contains(needed) ? change(path, change) : this;
  }

  private TreeMaker change(String path, Change change) throws DiskException {
    return change(RelativePath.of(path), change);
  }

  private TreeMaker change(RelativePath path, Change change) throws DiskException {
    AbsolutePath full = root.resolve(path);
    try (Directory parent = disk.openDirectory(full.parent())) {
      change.make(parent, full.name());
    }
    return this;
  }

  /** Makes a directory. */
  public TreeMaker directory(String path, int mode) throws DiskException {
    return change(path, (parent, name) -> parent.makeDirectory(name, mode));
  }

  /** Makes a file, 0644. */
  public TreeMaker file(String path, String content) throws DiskException {
    return file(path, 0644, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes a file with this mode. */
  public TreeMaker file(String path, int mode, byte[] content) throws DiskException {
    return file(RelativePath.of(path), mode, content);
  }

  /** Makes a file with this mode, whose path need not be text. */
  public TreeMaker file(RelativePath path, int mode, byte[] content) throws DiskException {
    if (!features.contains(Feature.NAMES_OF_BYTES) && !Feature.isText(path)) {
      return this;
    }
    return change(
        path,
        (parent, name) -> {
          try (DiskFile file = parent.create(name, mode)) {
            file.write(0, ByteBuffer.wrap(content));
            file.setModified(timeOf(path, content));
          }
        });
  }

  /** Other contents have another time, or an update would take them for the same. */
  private static Instant timeOf(RelativePath path, byte[] content) {
    long seconds = (path.hashCode() & 0xffffL) * 60 + (Arrays.hashCode(content) & 0xfff);
    return EPOCH.plusSeconds(seconds);
  }

  /** Makes a file that is one hole but for {@code content} at {@code position}. */
  public TreeMaker sparse(String path, long size, long position, byte[] content)
      throws DiskException {
    return change(
        path,
        (parent, name) -> {
          try (DiskFile file = parent.create(name, 0644)) {
            file.truncate(size);
            file.write(position, ByteBuffer.wrap(content));
            file.setModified(timeOf(RelativePath.of(path), content));
          }
        });
  }

  /** Writes over the beginning of a file in place, as a service does with its data. */
  public TreeMaker overwrite(String path, String content) throws DiskException {
    return change(
        path,
        (parent, name) -> {
          try (DiskFile file = parent.openToWrite(name)) {
            file.write(0, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
          }
        });
  }

  /** Puts a file in place of another one by rename, as an editor does. */
  public TreeMaker replace(String path, String content) throws DiskException {
    return change(
        path,
        (parent, name) -> {
          EntryName temporary = EntryName.of(".replace~");
          try (DiskFile file = parent.create(temporary, 0644)) {
            file.write(0, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
          }
          parent.renameOver(temporary, parent, name);
        });
  }

  /** Makes a symbolic link. */
  public TreeMaker link(String path, String target) throws DiskException {
    return change(
        Feature.SYMBOLIC_LINKS,
        path,
        (parent, name) -> {
          parent.makeSymbolicLink(name, target.getBytes(StandardCharsets.UTF_8));
          try (Entry entry = parent.entry(name)) {
            entry.setModified(EPOCH);
          }
        });
  }

  /** Makes a fifo. */
  public TreeMaker fifo(String path) throws DiskException {
    return change(
        Feature.FIFOS,
        path,
        (parent, name) -> {
          parent.makeNode(name, FileType.FIFO, 0600, 0);
          try (Entry entry = parent.entry(name)) {
            entry.setModified(EPOCH);
          }
        });
  }

  /** Makes a character device, 0600. */
  public TreeMaker device(String path, long number) throws DiskException {
    return change(
        Feature.DEVICES,
        path,
        (parent, name) -> {
          parent.makeNode(name, FileType.CHARACTER_DEVICE, 0600, number);
          try (Entry entry = parent.entry(name)) {
            entry.setModified(EPOCH);
          }
        });
  }

  /** Gives {@code first} another name. */
  public TreeMaker hardLink(String first, String path) throws DiskException {
    AbsolutePath from = root.resolve(RelativePath.of(first));
    return change(
        Feature.HARD_LINKS,
        path,
        (parent, name) -> {
          try (Directory holder = disk.openDirectory(from.parent())) {
            holder.link(from.name(), parent, name);
          }
        });
  }

  /** Sets owner, mode and an extended attribute. */
  public TreeMaker attributes(String path, int uid, int mode, String attribute, String value)
      throws DiskException {
    return attributes(path, uid, mode, attribute, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Sets owner, mode and an extended attribute. */
  public TreeMaker attributes(String path, int uid, int mode, String attribute, byte[] value)
      throws DiskException {
    return change(
        path,
        (parent, name) -> {
          try (Entry entry = parent.entry(name)) {
            if (features.contains(Feature.OWNERS)) {
              entry.setOwner(uid, uid);
            }
            entry.setMode(mode);
            if (features.contains(Feature.ofAttribute(attribute))) {
              entry.setExtendedAttribute(attribute, value);
            }
          }
        });
  }

  /** Sets the time of a directory, after its entries. */
  public TreeMaker time(String path, int seconds) throws DiskException {
    return change(
        path,
        (parent, name) -> {
          try (Entry entry = parent.entry(name)) {
            entry.setModified(EPOCH.plusSeconds(seconds));
          }
        });
  }

  /** Removes a file. */
  public TreeMaker remove(String path) throws DiskException {
    return change(path, Directory::unlink);
  }
}
