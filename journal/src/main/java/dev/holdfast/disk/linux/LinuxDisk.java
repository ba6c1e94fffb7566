package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Host;

/**
 * The machine's own disk, by system calls. Stateless and safe for several threads; every descriptor
 * is closed on exec.
 */
public final class LinuxDisk implements Disk {
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
        return ProcLinks.read(libc, LinuxAttributed.procPath(fd), fd)
            .orElseThrow(() -> new DiskException(DiskError.NOT_FOUND, "resolve", path.toString()));
      } finally {
        Descriptor.close(libc, fd);
      }
    } catch (ErrnoException e) {
      throw e.during("resolve", path);
    }
  }

  @Override
  public Host host() {
    return Hosts.read(libc);
  }
}
