package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An O_PATH descriptor of a directory. What needs a real descriptor (listing, syncing) opens {@code
 * .} for it.
 */
final class LinuxDirectory extends LinuxAttributed implements Directory {
  private static final byte[] DOT = {'.'};

  /** How often a lock file may be replaced under our hands before we give up. */
  private static final int LOCK_ATTEMPTS = 100;

  private static final int LISTING_BUFFER = 32 * 1024;

  private final AbsolutePath path;

  LinuxDirectory(LibC libc, int fd, AbsolutePath path) {
    super(libc, fd, new Place(path, RelativePath.EMPTY), true);
    this.path = path;
  }

  private Place placeOf(EntryName name) {
    return new Place(path, RelativePath.of(name));
  }

  @Override
  public Directory directory(RelativePath below) throws DiskException {
    byte[] bytes = below.isEmpty() ? DOT : below.bytes();
    AbsolutePath opened = path.resolve(below);
    int fd = descriptor.acquire();
    try {
      return new LinuxDirectory(libc, Beneath.openDirectory(libc, fd, bytes), opened);
    } catch (ErrnoException e) {
      throw e.during("open directory", opened);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public Optional<Stat> stat(EntryName name) throws DiskException {
    int fd = descriptor.acquire();
    try {
      return Optional.of(statOf(fd, name));
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw e.during("stat", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  private Stat statOf(int fd, EntryName name) throws ErrnoException {
    int flags = LibC.AT_SYMLINK_NOFOLLOW | LibC.AT_NO_AUTOMOUNT;
    return Stats.of(libc.statx(fd, name.bytes(), flags, Stats.MASK));
  }

  @Override
  public List<EntryName> list() throws DiskException {
    List<EntryName> names = new ArrayList<>();
    try {
      int fd = openDot();
      try {
        byte[] buffer = new byte[LISTING_BUFFER];
        int filled;
        while ((filled = libc.getdents64(fd, buffer)) > 0) {
          DirectoryListing.addNames(buffer, filled, names);
        }
      } finally {
        Descriptor.close(libc, fd);
      }
    } catch (ErrnoException e) {
      throw e.during("list", place);
    } catch (IllegalArgumentException e) { // some file systems have names of more than 255 bytes
      throw new DiskException(
          DiskError.NAME_TOO_LONG, "list", place.toString(), String.valueOf(e.getMessage()));
    }
    Collections.sort(names);
    return names;
  }

  /** Opens this directory itself for what an O_PATH descriptor is not good for. */
  private int openDot() throws ErrnoException {
    int fd = descriptor.acquire();
    try {
      return Beneath.open(libc, fd, DOT, LibC.O_RDONLY | libc.directoryFlag() | LibC.O_CLOEXEC, 0);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public Entry entry(EntryName name) throws DiskException {
    int fd = descriptor.acquire();
    try {
      return new LinuxEntry(libc, Beneath.openPathOnly(libc, fd, name.bytes(), 0), placeOf(name));
    } catch (ErrnoException e) {
      throw e.during("open", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  @Override
  public DiskFile openToRead(EntryName name) throws DiskException {
    try {
      return openFile(name, LibC.O_RDONLY);
    } catch (ErrnoException e) {
      throw openFailure(e, name);
    }
  }

  @Override
  public DiskFile openToWrite(EntryName name) throws DiskException {
    try {
      return openFile(name, LibC.O_RDWR);
    } catch (ErrnoException e) {
      throw openFailure(e, name);
    }
  }

  private DiskException openFailure(ErrnoException e, EntryName name) {
    return switch (e.errno()) {
      // a socket, a fifo or a device without anybody behind it, a directory opened for writing
      case ENXIO, ENODEV, EISDIR -> e.during("open", placeOf(name), DiskError.OTHER);
      default -> e.during("open", placeOf(name));
    };
  }

  /** O_NONBLOCK: a fifo without a writer must not hold us, nor a device. */
  private LinuxFile openFile(EntryName name, int access) throws ErrnoException, DiskException {
    int flags = access | LibC.O_NONBLOCK | LibC.O_NOCTTY | libc.noFollowFlag() | LibC.O_CLOEXEC;
    int parent = descriptor.acquire();
    int fd;
    try {
      fd = Beneath.open(libc, parent, name.bytes(), flags, 0);
    } finally {
      descriptor.release();
    }
    LinuxFile file = new LinuxFile(libc, fd, placeOf(name));
    try {
      FileType type = file.stat().type();
      if (type != FileType.FILE) {
        throw new DiskException(
            DiskError.OTHER, "open", file.toString(), "not a regular file: " + type);
      }
    } catch (DiskException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The process's umask is left alone, because programs that we start inherit it; fchmod(2)
   * gives back what it took, or what a default ACL did. If that fails, the file stays, with fewer
   * permissions.
   */
  @Override
  public DiskFile create(EntryName name, int mode) throws DiskException {
    checkMode(mode);
    int flags = LibC.O_RDWR | LibC.O_CREAT | LibC.O_EXCL | libc.noFollowFlag() | LibC.O_CLOEXEC;
    int parent = descriptor.acquire();
    LinuxFile file;
    try {
      int fd = Beneath.open(libc, parent, name.bytes(), flags, mode & 0777);
      file = new LinuxFile(libc, fd, placeOf(name));
    } catch (ErrnoException e) {
      throw e.during("create", placeOf(name));
    } finally {
      descriptor.release();
    }
    try {
      file.setMode(mode);
    } catch (DiskException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  @Override
  public void makeDirectory(EntryName name, int mode) throws DiskException {
    checkMode(mode);
    int fd = descriptor.acquire();
    try {
      libc.mkdirat(fd, name.bytes(), mode & 0777);
      giveMode(fd, name, mode, libc.directoryFlag());
    } catch (ErrnoException e) {
      throw e.during("make directory", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  /**
   * Gives a node that we have just made exactly {@code mode}. It is opened without following a
   * link, so that nobody can have the mode of anything outside this directory changed by swapping
   * names.
   */
  private void giveMode(int fd, EntryName name, int mode, int moreFlags) throws ErrnoException {
    int made = Beneath.openPathOnly(libc, fd, name.bytes(), moreFlags);
    try {
      libc.fchmodat(LibC.AT_FDCWD, procPath(made), mode);
    } finally {
      Descriptor.close(libc, made);
    }
  }

  @Override
  public void makeSymbolicLink(EntryName name, byte[] target) throws DiskException {
    for (byte b : target) {
      if (b == 0) {
        throw new IllegalArgumentException("a link's target has no NUL");
      }
    }
    int fd = descriptor.acquire();
    try {
      libc.symlinkat(target, fd, name.bytes());
    } catch (ErrnoException e) {
      throw e.during("make symbolic link", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void makeNode(EntryName name, FileType type, int mode, long deviceNumber)
      throws DiskException {
    checkMode(mode);
    int typeBits =
        switch (type) {
          case FIFO -> LibC.S_IFIFO;
          case CHARACTER_DEVICE -> LibC.S_IFCHR;
          case BLOCK_DEVICE -> LibC.S_IFBLK;
          case SOCKET -> LibC.S_IFSOCK;
          case FILE, DIRECTORY, SYMLINK ->
              throw new IllegalArgumentException("not a node: " + type);
        };
    int fd = descriptor.acquire();
    try {
      libc.mknodat(fd, name.bytes(), typeBits | (mode & 0777), deviceNumber);
      giveMode(fd, name, mode, 0);
    } catch (ErrnoException e) {
      throw e.during("make node", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  @Override
  public byte[] readSymbolicLink(EntryName name) throws DiskException {
    int fd = descriptor.acquire();
    try {
      return libc.readlinkat(fd, name.bytes());
    } catch (ErrnoException e) {
      throw e.during("read link", placeOf(name)); // EINVAL, so OTHER: not a link
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void link(EntryName name, Directory to, EntryName newName) throws DiskException {
    LinuxDirectory target = ours(to);
    int fd = descriptor.acquire();
    try {
      int targetFd = target.descriptor.acquire();
      try {
        libc.linkat(fd, name.bytes(), targetFd, newName.bytes(), 0);
      } finally {
        target.descriptor.release();
      }
    } catch (ErrnoException e) {
      throw e.during("link", fromTo(name, target, newName));
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void rename(EntryName name, Directory to, EntryName newName) throws DiskException {
    LinuxDirectory target = ours(to);
    try {
      renameWith(name, target, newName, LibC.RENAME_NOREPLACE);
    } catch (ErrnoException e) {
      throw flaggedRenameFailure(e, "rename", name, target, newName);
    }
  }

  @Override
  public void exchange(EntryName name, Directory with, EntryName otherName) throws DiskException {
    LinuxDirectory target = ours(with);
    try {
      renameWith(name, target, otherName, LibC.RENAME_EXCHANGE);
    } catch (ErrnoException e) {
      throw flaggedRenameFailure(e, "exchange", name, target, otherName);
    }
  }

  private void renameWith(EntryName name, LinuxDirectory target, EntryName newName, int flags)
      throws ErrnoException {
    int fd = descriptor.acquire();
    try {
      int targetFd = target.descriptor.acquire();
      try {
        libc.renameat2(fd, name.bytes(), targetFd, newName.bytes(), flags);
      } finally {
        target.descriptor.release();
      }
    } finally {
      descriptor.release();
    }
  }

  /**
   * EINVAL means either that the file system does not know the flag or that a directory was to be
   * moved into itself; the latter takes a directory and two different parents.
   */
  private DiskException flaggedRenameFailure(
      ErrnoException e,
      String operation,
      EntryName name,
      LinuxDirectory target,
      EntryName otherName)
      throws DiskException {
    String what = fromTo(name, target, otherName);
    if (!e.is(Errno.EINVAL)) {
      return e.during(operation, what);
    }
    boolean intoItself =
        !stat().isSameInode(target.stat())
            && (stat(name).filter(Stat::isDirectory).isPresent()
                || target.stat(otherName).filter(Stat::isDirectory).isPresent());
    return e.during(operation, what, intoItself ? DiskError.OTHER : DiskError.UNSUPPORTED);
  }

  @Override
  public void renameOver(EntryName name, Directory to, EntryName newName) throws DiskException {
    LinuxDirectory target = ours(to);
    int fd = descriptor.acquire();
    try {
      int targetFd = target.descriptor.acquire();
      try {
        libc.renameat(fd, name.bytes(), targetFd, newName.bytes());
      } finally {
        target.descriptor.release();
      }
    } catch (ErrnoException e) {
      throw e.during("rename", fromTo(name, target, newName));
    } finally {
      descriptor.release();
    }
  }

  private String fromTo(EntryName name, LinuxDirectory target, EntryName newName) {
    return placeOf(name) + " to " + target.placeOf(newName);
  }

  private static LinuxDirectory ours(Directory directory) {
    if (directory instanceof LinuxDirectory linux) {
      return linux;
    }
    throw new IllegalArgumentException("not a directory of this disk: " + directory);
  }

  @Override
  public void unlink(EntryName name) throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.unlinkat(fd, name.bytes(), 0);
    } catch (ErrnoException e) {
      throw e.during("unlink", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void removeDirectory(EntryName name) throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.unlinkat(fd, name.bytes(), LibC.AT_REMOVEDIR);
    } catch (ErrnoException e) {
      throw e.during("remove directory", placeOf(name));
    } finally {
      descriptor.release();
    }
  }

  /** Not tried again whatever the error: after a failed barrier nothing is known. */
  @Override
  public void sync() throws DiskException {
    try {
      int fd = openDot();
      try {
        libc.fsync(fd);
      } finally {
        Descriptor.close(libc, fd);
      }
    } catch (ErrnoException e) {
      throw e.during("sync directory", place);
    }
  }

  @Override
  public FileSystemSync openSync() throws DiskException {
    try {
      return new LinuxSync(libc, openDot(), place);
    } catch (ErrnoException e) {
      throw e.during("open", place);
    }
  }

  @Override
  public FileSystemFacts fileSystem() throws DiskException {
    int fd = descriptor.acquire();
    try {
      return FileSystems.facts(libc, fd, stat());
    } catch (ErrnoException e) {
      throw e.during("look at the file system of", place);
    } finally {
      descriptor.release();
    }
  }

  /** Sees POSIX locks too, which supervisors use, and asks for none itself if the table answers. */
  @Override
  public boolean isLocked(EntryName name) throws DiskException {
    Stat file = stat(name).orElse(null);
    if (file == null) {
      return false;
    }
    try {
      if (LockTable.holds(SystemFile.readText(libc, "/proc/locks"), file)) {
        return true;
      }
    } catch (ErrnoException _) {
      // Without the table, only flock(2) can be asked.
    }
    // On btrfs the table names another device than stat does.
    return Directory.super.isLocked(name);
  }

  @Override
  public Optional<DiskLock> tryLock(EntryName name, LockMode mode) throws DiskException {
    int operation = LibC.LOCK_NB | (mode == LockMode.SHARED ? LibC.LOCK_SH : LibC.LOCK_EX);
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
      LinuxFile file = openLockFile(name, mode);
      boolean locked = false;
      try {
        if (!flock(file, operation, name)) {
          return Optional.empty();
        }
        // The file may have been replaced between our open and our lock: then we hold a lock that
        // nobody else will ever ask for.
        Optional<Stat> named = stat(name);
        locked = named.isPresent() && named.get().isSameInode(file.stat());
        if (locked) {
          return Optional.of(new LinuxLock(file));
        }
      } finally {
        if (!locked) {
          file.close();
        }
      }
    }
    throw new DiskException(
        DiskError.BUSY, "lock", placeOf(name).toString(), "it is replaced again and again");
  }

  private LinuxFile openLockFile(EntryName name, LockMode mode) throws DiskException {
    try {
      try {
        return openFile(name, LibC.O_RDWR);
      } catch (ErrnoException e) {
        boolean denied = e.is(Errno.EACCES) || e.is(Errno.EPERM) || e.is(Errno.EROFS);
        if (mode == LockMode.EXCLUSIVE || !denied) {
          throw e;
        }
        return openFile(name, LibC.O_RDONLY);
      }
    } catch (ErrnoException e) {
      throw openFailure(e, name);
    }
  }

  private boolean flock(LinuxFile file, int operation, EntryName name) throws DiskException {
    int fd = file.descriptor.acquire();
    try {
      libc.flock(fd, operation);
      return true;
    } catch (ErrnoException e) {
      if (e.is(Errno.EAGAIN)) {
        return false;
      }
      throw e.during("lock", placeOf(name));
    } finally {
      file.descriptor.release();
    }
  }
}
