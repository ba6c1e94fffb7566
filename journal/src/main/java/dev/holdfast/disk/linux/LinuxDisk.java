package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.Stat;
import java.util.Optional;

/**
 * The machine's own disk, by system calls. Stateless and safe for several threads; every descriptor
 * is closed on exec.
 */
public final class LinuxDisk implements Disk {
  private static final byte[] ITSELF = {};

  private final LibC libc;

  LinuxDisk(LibC libc) {
    this.libc = libc;
  }

  /**
   * Returns the disk.
   *
   * @throws UnsupportedOperationException on a machine whose system calls are not known
   */
  public static Disk create() {
    return new LinuxDisk(new ForeignLibC());
  }

  @Override
  public Directory openDirectory(AbsolutePath path) throws DiskException {
    try {
      return new LinuxDirectory(libc, openPathOnly(path, libc.directoryFlag()), path);
    } catch (ErrnoException e) {
      throw e.during("open directory", path);
    }
  }

  private int openPathOnly(AbsolutePath path, int moreFlags) throws ErrnoException {
    while (true) {
      try {
        return libc.openat(LibC.AT_FDCWD, path.bytes(), LibC.O_PATH | LibC.O_CLOEXEC | moreFlags);
      } catch (ErrnoException e) {
        if (!e.is(Errno.EINTR)) {
          throw e;
        }
      }
    }
  }

  @Override
  public AbsolutePath realPath(AbsolutePath path) throws DiskException {
    try {
      int fd = openPathOnly(path, 0);
      try {
        return pathOf(fd)
            .orElseThrow(() -> new DiskException(DiskError.NOT_FOUND, "resolve", path.toString()));
      } finally {
        Descriptor.close(libc, fd);
      }
    } catch (ErrnoException e) {
      throw e.during("resolve", path);
    }
  }

  /**
   * Returns the path of an open inode; empty if it has none any more, or none from here. The link
   * in /proc then has words before or after it, but a name may have these as well: so the path is
   * believed only if it leads to the same inode.
   */
  private Optional<AbsolutePath> pathOf(int fd) throws ErrnoException {
    byte[] target = libc.readlinkat(LibC.AT_FDCWD, LinuxAttributed.procPath(fd));
    if (target.length == 0 || target[0] != '/') {
      return Optional.empty();
    }
    Stat opened = Stats.of(libc.statx(fd, ITSELF, LibC.AT_EMPTY_PATH, Stats.MASK));
    try {
      Stat named =
          Stats.of(libc.statx(LibC.AT_FDCWD, target, LibC.AT_SYMLINK_NOFOLLOW, Stats.MASK));
      return opened.isSameInode(named) ? Optional.of(AbsolutePath.of(target)) : Optional.empty();
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public Host host() {
    return Hosts.read(libc);
  }
}
