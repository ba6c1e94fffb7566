package dev.holdfast.disk.linux;

import java.util.Arrays;

/**
 * Opens what is below a directory, however hostile those who can write there: never through a
 * symbolic link, never above the directory, never into another mount (openat2 with RESOLVE_*).
 */
final class Beneath {
  private static final long RESOLVE =
      LibC.RESOLVE_BENEATH
          | LibC.RESOLVE_NO_SYMLINKS
          | LibC.RESOLVE_NO_MAGICLINKS
          | LibC.RESOLVE_NO_XDEV;

  /**
   * How often to try. EAGAIN means that the kernel could not be sure to have stayed below, because
   * something was renamed meanwhile, or that somebody is about to give up a lease of the file.
   */
  private static final int ATTEMPTS = 100;

  /** The longest path that one call takes (PATH_MAX without the NUL). */
  private static final int LONGEST_PATH = 4095;

  private Beneath() {}

  /** Opens {@code path}, of any length, as a directory for use as a handle. */
  static int openDirectory(LibC libc, int directory, byte[] path) throws ErrnoException {
    int flags = LibC.O_PATH | libc.directoryFlag() | LibC.O_CLOEXEC;
    int start = 0;
    int step = directory;
    try {
      while (path.length - start > LONGEST_PATH) {
        int end = start + LONGEST_PATH;
        while (path[end] != '/') {
          end--;
        }
        int next = open(libc, step, Arrays.copyOfRange(path, start, end), flags, 0);
        closeStep(libc, step, directory);
        step = next;
        start = end + 1;
      }
      byte[] rest = start == 0 ? path : Arrays.copyOfRange(path, start, path.length);
      return open(libc, step, rest, flags, 0);
    } finally {
      closeStep(libc, step, directory);
    }
  }

  private static void closeStep(LibC libc, int step, int directory) {
    if (step != directory) {
      Descriptor.close(libc, step);
    }
  }

  /** Opens an inode of any type for its metadata, the link itself if it is one. */
  static int openPathOnly(LibC libc, int directory, byte[] name, int moreFlags)
      throws ErrnoException {
    int flags = LibC.O_PATH | libc.noFollowFlag() | LibC.O_CLOEXEC | moreFlags;
    return open(libc, directory, name, flags, 0);
  }

  /** Calls openat2(2); {@code mode} is for creating. */
  static int open(LibC libc, int directory, byte[] path, int flags, int mode)
      throws ErrnoException {
    for (int attempt = 1; ; attempt++) {
      try {
        return libc.openat2(directory, path, flags, mode, RESOLVE);
      } catch (ErrnoException e) {
        boolean again = e.is(Errno.EINTR) || e.is(Errno.EAGAIN);
        if (!again || attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }
}
