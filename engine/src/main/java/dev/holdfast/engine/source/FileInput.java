package dev.holdfast.engine.source;

import dev.holdfast.disk.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** An open file as a stream, buffered; closing it closes the file. */
final class FileInput extends InputStream {
  private static final int BUFFER_SIZE = 256 * 1024;

  private final DiskFile file;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE).limit(0);
  private long position;

  FileInput(DiskFile file) {
    this.file = file;
  }

  @Override
  public int read() throws IOException {
    return fill() ? buffer.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, buffer.remaining());
    buffer.get(to, offset, n);
    return n;
  }

  private boolean fill() throws IOException {
    if (!buffer.hasRemaining()) {
      int n = file.read(position, buffer.clear());
      position += n;
      buffer.clear().limit(n);
    }
    return buffer.hasRemaining();
  }

  @Override
  public void close() {
    file.close();
  }
}
