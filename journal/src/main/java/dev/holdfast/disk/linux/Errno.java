package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskError;

/** The error numbers of {@code <errno.h>} that mean something to a caller. */
enum Errno {
  EPERM(1, DiskError.NOT_PERMITTED),
  ENOENT(2, DiskError.NOT_FOUND),
  EINTR(4, DiskError.OTHER),
  EIO(5, DiskError.IO),
  ENXIO(6, DiskError.OTHER),
  E2BIG(7, DiskError.TOO_LARGE),
  EBADF(9, DiskError.OTHER),
  EAGAIN(11, DiskError.BUSY),
  ENOMEM(12, DiskError.OTHER),
  EACCES(13, DiskError.DENIED),
  EBUSY(16, DiskError.BUSY),
  EEXIST(17, DiskError.EXISTS),
  EXDEV(18, DiskError.CROSS_DEVICE),
  ENODEV(19, DiskError.OTHER),
  ENOTDIR(20, DiskError.NOT_DIRECTORY),
  EISDIR(21, DiskError.IS_DIRECTORY),
  EINVAL(22, DiskError.OTHER),
  ENFILE(23, DiskError.TOO_MANY_OPEN_FILES),
  EMFILE(24, DiskError.TOO_MANY_OPEN_FILES),
  ENOTTY(25, DiskError.UNSUPPORTED),
  ETXTBSY(26, DiskError.BUSY),
  EFBIG(27, DiskError.TOO_LARGE),
  ENOSPC(28, DiskError.NO_SPACE),
  ESPIPE(29, DiskError.OTHER),
  EROFS(30, DiskError.READ_ONLY),
  EMLINK(31, DiskError.TOO_MANY_LINKS),
  ERANGE(34, DiskError.TOO_LARGE),
  ENAMETOOLONG(36, DiskError.NAME_TOO_LONG),
  ENOSYS(38, DiskError.UNSUPPORTED),
  ENOTEMPTY(39, DiskError.NOT_EMPTY),
  ELOOP(40, DiskError.SYMLINK),
  ENODATA(61, DiskError.NO_DATA),
  /** What ext4 and xfs call EFSBADCRC. */
  EBADMSG(74, DiskError.IO),
  EOVERFLOW(75, DiskError.TOO_LARGE),
  EOPNOTSUPP(95, DiskError.UNSUPPORTED),
  ESTALE(116, DiskError.OTHER),
  /** What ext4 and xfs call EFSCORRUPTED. */
  EUCLEAN(117, DiskError.IO),
  EREMOTEIO(121, DiskError.IO),
  EDQUOT(122, DiskError.QUOTA),
  /** Any other number. */
  UNKNOWN(-1, DiskError.OTHER);

  private static final Errno[] BY_NUMBER = new Errno[EDQUOT.number + 1];

  static {
    for (Errno errno : values()) {
      if (errno.number > 0) {
        BY_NUMBER[errno.number] = errno;
      }
    }
  }

  private final int number;
  private final DiskError error;

  Errno(int number, DiskError error) {
    this.number = number;
    this.error = error;
  }

  /** Returns the constant for {@code number}, or {@link #UNKNOWN}. */
  static Errno of(int number) {
    Errno found = number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    return found == null ? UNKNOWN : found;
  }

  /** Returns the number, the same on all machines supported. */
  int number() {
    return number;
  }

  /** Returns what it means where nothing else is said. */
  DiskError error() {
    return error;
  }
}
