package dev.holdfast.disk.linux;

import dev.holdfast.disk.Entry;

/** An O_PATH descriptor of an entry of any type. */
final class LinuxEntry extends LinuxAttributed implements Entry {
  LinuxEntry(LibC libc, int fd, Place place) {
    super(libc, fd, place, true);
  }
}
