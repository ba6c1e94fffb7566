package dev.holdfast.engine;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads an open file from its beginning, and closes it. */
final class DiskInputStream extends InputStream {
  private final DiskFile file;
  private long position;

  DiskInputStream(DiskFile file) {
    this.file = file;
  }

  @Override
  public int read() throws DiskException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws DiskException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    int n = file.read(position, ByteBuffer.wrap(bytes, offset, length));
    position += n;
    return n == 0 ? -1 : n;
  }

  @Override
  public void close() {
    file.close();
  }
}
