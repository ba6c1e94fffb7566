package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A directory as a source, sorted by bytes, read through open directories and never by following a
 * link below the one that was named.
 *
 * <p>Other file systems mounted inside are part of it, as they are for rsync and cp; a single file
 * that is a mount point is refused. Hard links are seen between the names that are not left out.
 * Names that come or go meanwhile, and files that go on changing while they are read, are refused:
 * a half-seen source would delete what it did not show.
 */
public final class DirectorySource implements TreeSource {
  private record Inode(long device, long number) {}

  private final String name;
  private final AbsolutePath real;
  private final Excludes excludes;
  private final SourceDirectories directories;
  private final DirectoryWalk walk;
  private final Map<Inode, RelativePath> firstNames = new HashMap<>();
  private boolean begun;

  private DirectorySource(
      SourceDirectories directories, String name, AbsolutePath real, Excludes excludes) {
    this.directories = directories;
    this.name = name;
    this.real = real;
    this.excludes = excludes;
    this.walk = new DirectoryWalk(directories);
  }

  /** Opens the directory {@code path}, or the one that the link of this name leads to. */
  public static DirectorySource open(Disk disk, AbsolutePath path, Excludes excludes)
      throws IOException {
    return new DirectorySource(
        new SourceDirectories(disk, path), path.toString(), disk.realPath(path), excludes);
  }

  @Override
  public @Nullable Item next() throws IOException {
    if (!begun) {
      begun = true;
      Directory top = directories.open(RelativePath.EMPTY);
      walk.enterTop(top, top.stat());
      return new DirectoryItem(directories, RelativePath.EMPTY, FactsReader.read(top));
    }
    while (walk.isInside()) {
      EntryName entry = walk.next();
      Item item = entry == null ? null : read(entry);
      if (item != null) {
        return item;
      }
    }
    return null;
  }

  /** Returns the entry, or null if it is left out. */
  private @Nullable Item read(EntryName entry) throws IOException {
    RelativePath path = walk.path().resolve(entry);
    if (entry.equals(Untouchable.CONTROL)) {
      return null;
    }
    Directory parent = walk.directory();
    try (Entry opened = parent.entry(entry)) {
      Stat stat = opened.stat();
      if (excludes.excludes(path, stat.isDirectory()) || Untouchable.is(parent, entry, stat)) {
        return null;
      }
      return stat.isDirectory() ? enter(path, stat) : leaf(path, opened, stat);
    } catch (DiskException e) {
      return switch (e.error()) {
        case CROSSES_MOUNT -> readMountPoint(path);
        case NOT_FOUND -> throw directories.changed(path);
        default -> throw e;
      };
    }
  }

  private @Nullable Item readMountPoint(RelativePath path) throws IOException {
    Optional<Stat> stat = walk.directory().stat(path.name());
    if (stat.isEmpty()) {
      throw directories.changed(path);
    }
    if (excludes.excludes(path, stat.get().isDirectory())
        || Untouchable.is(walk.directory(), path.name(), stat.get())) {
      return null;
    }
    if (!stat.get().isDirectory()) {
      throw new DiskException(
          DiskError.CROSSES_MOUNT, "read", directories.absolute(path).toString());
    }
    return enter(path, stat.get());
  }

  private Item enter(RelativePath path, Stat expected) throws IOException {
    Directory directory = directories.open(walk.directory(), path.parent(), path.name());
    boolean entered = false;
    try {
      Stat stat = directory.stat();
      if (!stat.isSameInode(expected)) {
        throw directories.changed(path);
      }
      Facts facts = FactsReader.of(stat, FactsReader.attributes(directory), null, null);
      walk.enter(path.name(), directory, stat);
      entered = true;
      return new DirectoryItem(directories, path, facts);
    } finally {
      if (!entered) {
        directory.close();
      }
    }
  }

  private Item leaf(RelativePath path, Entry opened, Stat stat) throws IOException {
    ByteString link = stat.type() == FileType.SYMLINK ? readLink(path, stat) : null;
    Facts facts = FactsReader.of(stat, FactsReader.attributes(opened), link, null);
    RelativePath first =
        stat.links() > 1
            ? firstNames.putIfAbsent(new Inode(stat.device(), stat.inode()), path)
            : null;
    return new DirectoryItem(
        directories, path, first == null ? facts : facts.withHardlink(first), stat);
  }

  /** A link is read by its name: only if that still leads to the same link is it its target. */
  private ByteString readLink(RelativePath path, Stat opened)
      throws DiskException, ConflictException {
    Directory parent = walk.directory();
    byte[] target = parent.readSymbolicLink(path.name());
    if (parent.stat(path.name()).filter(opened::isSameInode).isEmpty()) {
      throw directories.changed(path);
    }
    return ByteString.of(target);
  }

  @Override
  public boolean isRereadable() {
    return true;
  }

  @Override
  public AbsolutePath directory() {
    return real;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void close() {
    walk.close();
    directories.close();
  }
}
