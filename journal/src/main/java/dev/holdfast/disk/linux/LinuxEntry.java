package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.FileType;

/** An O_PATH descriptor of an entry of any type. */
final class LinuxEntry extends LinuxAttributed implements Entry {
  LinuxEntry(LibC libc, int fd, Place place) {
    super(libc, fd, place, true);
  }

  /** Asks first what it is: before Linux 6.6 some file systems do change the mode of a link. */
  @Override
  public void setMode(int mode) throws DiskException {
    if (stat().type() == FileType.SYMLINK) {
      throw new DiskException(
          DiskError.UNSUPPORTED, CHANGE_MODE, place.toString(), "a symbolic link has no mode");
    }
    super.setMode(mode);
  }
}
