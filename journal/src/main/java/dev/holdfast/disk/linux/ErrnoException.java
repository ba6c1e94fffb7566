package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;

/**
 * A C function failed. Never leaves this package: whoever catches it knows what was being done, and
 * says so by {@link #during}. It has no stack trace, because it is thrown for every name that does
 * not exist.
 */
final class ErrnoException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String function;
  private final int number;
  private final Errno errno;

  /** Creates the failure of the C function called {@code function}. */
  ErrnoException(String function, int number) {
    super(function, null, false, false);
    this.function = function;
    this.number = number;
    this.errno = Errno.of(number);
  }

  /** Creates the failure of {@code function} that was noticed before calling it. */
  ErrnoException(String function, Errno errno) {
    this(function, errno.number());
  }

  /** Returns why. */
  Errno errno() {
    return errno;
  }

  /** Returns whether it failed for this reason. */
  boolean is(Errno candidate) {
    return errno == candidate;
  }

  @Override
  public String getMessage() {
    if (errno == Errno.ENOSYS) {
      return function + ": the kernel has no such call; Linux 5.8 or later is needed";
    }
    return function + ": " + (errno == Errno.UNKNOWN ? "errno " + number : errno.name());
  }

  /**
   * Returns this failure in the seam's words: the one place where an errno is translated.
   *
   * @param operation what was tried, a verb
   * @param path what it was tried on
   */
  DiskException during(String operation, Object path) {
    return new DiskException(error(), operation, path.toString(), getMessage());
  }

  /** Returns this failure in the seam's words, for a reason that the caller knows better. */
  DiskException during(String operation, Object path, DiskError error) {
    return new DiskException(error, operation, path.toString(), getMessage());
  }

  private DiskError error() {
    return switch (errno) {
      // openat2 was told to stay on the mount; for the others it means two file systems
      case EXDEV -> function.equals("openat2") ? DiskError.CROSSES_MOUNT : DiskError.CROSS_DEVICE;
      // xfs says EEXIST for a directory that is not empty; neither function objects to a taken name
      case EEXIST ->
          function.equals("renameat") || function.equals("unlinkat")
              ? DiskError.NOT_EMPTY
              : DiskError.EXISTS;
      default -> errno.error();
    };
  }
}
