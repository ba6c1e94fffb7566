package dev.holdfast.disk;

/** Why a disk operation failed, as far as callers act differently on it. */
public enum DiskError {
  NOT_FOUND("no such file or directory"),
  EXISTS("exists already"),
  NOT_DIRECTORY("not a directory"),
  IS_DIRECTORY("is a directory"),
  NOT_EMPTY("directory not empty"),
  SYMLINK("a symbolic link is in the way"),
  /** The path leads into another mount: a mount point or bind mount. */
  CROSSES_MOUNT("another file system is mounted there"),
  /** rename(2) or link(2) between file systems, subvolumes or project quotas. */
  CROSS_DEVICE("not on the same file system"),
  DENIED("permission denied"),
  NOT_PERMITTED("operation not permitted"),
  NO_SPACE("no space left on device"),
  QUOTA("disk quota exceeded"),
  READ_ONLY("read-only file system"),
  IO("input/output error"),
  NAME_TOO_LONG("name too long"),
  TOO_MANY_LINKS("too many links"),
  TOO_MANY_OPEN_FILES("too many open files"),
  TOO_LARGE("too large"),
  BUSY("busy"),
  NO_DATA("no such attribute"),
  UNSUPPORTED("not supported there"),
  OTHER("failed");

  private final String text;

  DiskError(String text) {
    this.text = text;
  }

  /** Returns the reason in words, lower case, for the end of a message. */
  public String text() {
    return text;
  }
}
