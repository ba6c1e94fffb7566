package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import java.nio.charset.StandardCharsets;

/** The process's working directory, byte for byte and without any link in it. */
public final class WorkingDirectory {
  private static final byte[] DOT = {'.'};

  private WorkingDirectory() {}

  /**
   * Returns where the process is.
   *
   * @throws DiskException with {@link DiskError#NOT_FOUND} if the directory has been removed
   */
  public static AbsolutePath current() throws DiskException {
    LibC libc = new ForeignLibC();
    try {
      int fd = libc.openat(LibC.AT_FDCWD, DOT, LibC.O_PATH | LibC.O_CLOEXEC);
      try {
        return ProcLinks.read(libc, "/proc/self/cwd".getBytes(StandardCharsets.US_ASCII), fd)
            .orElseThrow(
                () -> new DiskException(DiskError.NOT_FOUND, "find", "the working directory"));
      } finally {
        Descriptor.close(libc, fd);
      }
    } catch (ErrnoException e) {
      throw e.during("find", "the working directory");
    }
  }
}
