package dev.holdfast.disk.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads whole small files of the system: /proc, /etc/passwd. */
final class SystemFile {
  private static final int FIRST_SIZE = 16 * 1024;

  private SystemFile() {}

  /** Returns the contents of the file at {@code path}. */
  static byte[] read(LibC libc, String path) throws ErrnoException {
    byte[] name = path.getBytes(StandardCharsets.US_ASCII);
    int fd = libc.openat(LibC.AT_FDCWD, name, LibC.O_RDONLY | LibC.O_CLOEXEC);
    try {
      ByteBuffer contents = ByteBuffer.allocate(FIRST_SIZE);
      while (libc.pread(fd, contents, contents.position()) > 0) {
        if (!contents.hasRemaining()) {
          contents.flip();
          contents = ByteBuffer.allocate(2 * contents.capacity()).put(contents);
        }
      }
      return Arrays.copyOf(contents.array(), contents.position());
    } finally {
      Descriptor.close(libc, fd);
    }
  }

  /** Returns the file's contents as text without white space around it. */
  static String readText(LibC libc, String path) throws ErrnoException {
    return new String(read(libc, path), StandardCharsets.UTF_8).strip();
  }
}
