package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.ConflictException;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens directories of a source, also those where another file system is mounted. No link is
 * followed: a mount point is opened by its path, which follows links, but believed only if it is
 * the very directory that its parent's handle has shown. Safe for several threads.
 */
final class SourceDirectories implements AutoCloseable {
  private final Disk disk;
  private final AbsolutePath path;
  private final Directory top;
  private final NavigableMap<RelativePath, Stat> mounts = new ConcurrentSkipListMap<>();
  private @Nullable Directory last;
  private RelativePath lastPath = RelativePath.EMPTY;

  /** Opens the directory that the user named, following links on the way to it. */
  SourceDirectories(Disk disk, AbsolutePath named) throws DiskException {
    this.disk = disk;
    this.path = disk.realPath(named);
    this.top = disk.openDirectory(path);
  }

  /** Opens the directory called {@code name} in {@code parent}, which is at {@code parentPath}. */
  Directory open(Directory parent, RelativePath parentPath, EntryName name)
      throws DiskException, ConflictException {
    try {
      return parent.directory(name);
    } catch (DiskException e) {
      if (e.error() != DiskError.CROSSES_MOUNT) {
        throw e;
      }
      Optional<Stat> stat = parent.stat(name);
      RelativePath point = parentPath.resolve(name);
      if (stat.isEmpty()) {
        throw changed(point);
      }
      Directory mounted = openMount(point, stat.get());
      mounts.put(point, stat.get());
      return mounted;
    }
  }

  /**
   * Opens a file in a directory that was open before. The directory stays open until another one is
   * asked for: files are read one after the other.
   */
  synchronized DiskFile openFile(RelativePath file) throws DiskException, ConflictException {
    RelativePath holder = file.parent();
    Directory directory = last;
    if (directory == null || !holder.equals(lastPath)) {
      closeLast();
      directory = open(holder);
      last = directory;
      lastPath = holder;
    }
    return directory.openToRead(file.name());
  }

  private synchronized void closeLast() {
    if (last != null) {
      last.close();
      last = null;
    }
  }

  /** Opens a directory that was open before. */
  Directory open(RelativePath directory) throws DiskException, ConflictException {
    for (RelativePath at = directory; !mounts.isEmpty() && !at.isEmpty(); at = at.parent()) {
      Stat point = mounts.get(at);
      if (point != null) {
        try (Directory mounted = openMount(at, point)) {
          return mounted.directory(directory.below(at));
        }
      }
    }
    return top.directory(directory);
  }

  private Directory openMount(RelativePath point, Stat expected)
      throws DiskException, ConflictException {
    Directory opened = disk.openDirectory(path.resolve(point));
    boolean same = false;
    try {
      Stat found = opened.stat();
      same = found.isSameInode(expected) && found.mount() == expected.mount();
    } finally {
      if (!same) {
        opened.close();
      }
    }
    if (!same) {
      throw changed(point);
    }
    return opened;
  }

  /** Returns the failure that an entry is not any more what it was when we looked first. */
  ConflictException changed(RelativePath entry) {
    String name = absolute(entry).toString();
    return new ConflictException(
        name + " changed while it was being read; try again when nobody writes there",
        List.of(name));
  }

  /** Returns an entry's path, for messages. */
  AbsolutePath absolute(RelativePath entry) {
    return path.resolve(entry);
  }

  @Override
  public void close() {
    closeLast();
    top.close();
  }
}
