package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import java.util.Optional;

/** Reads the links by which /proc names what a process has open. */
final class ProcLinks {
  private static final byte[] ITSELF = {};

  private ProcLinks() {}

  /**
   * Returns the path that the link at {@code link} shows for the descriptor {@code fd}; empty if
   * the inode has no path any more or none from here. The kernel then adds or prefixes words, which
   * a name may contain as well, so the path is believed only if it leads to the same inode.
   */
  static Optional<AbsolutePath> read(LibC libc, byte[] link, int fd) throws ErrnoException {
    byte[] target = libc.readlinkat(LibC.AT_FDCWD, link);
    if (target.length == 0 || target[0] != '/') {
      return Optional.empty();
    }
    LibC.Statx opened = libc.statx(fd, ITSELF, LibC.AT_EMPTY_PATH, Stats.MASK);
    LibC.Statx named;
    try {
      named = libc.statx(LibC.AT_FDCWD, target, LibC.AT_SYMLINK_NOFOLLOW, Stats.MASK);
    } catch (ErrnoException e) {
      if (e.is(Errno.ENOENT) || e.is(Errno.ENOTDIR)) {
        return Optional.empty();
      }
      throw e;
    }
    return Stats.of(opened).isSameInode(Stats.of(named))
        ? Optional.of(AbsolutePath.of(target))
        : Optional.empty();
  }
}
