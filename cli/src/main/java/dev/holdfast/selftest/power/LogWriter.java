package dev.holdfast.selftest.power;

import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the log that {@link DeviceLog} reads. */
final class LogWriter implements AutoCloseable {
  private final DataOutputStream out;

  LogWriter(Path file) throws IOException {
    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 20));
  }

  void write(String device, long offset, ByteBuffer data) throws IOException {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    out.writeByte(DeviceLog.WRITE);
    out.writeUTF(device);
    out.writeLong(offset);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  void flush(String device) throws IOException {
    out.writeByte(DeviceLog.FLUSH);
    out.writeUTF(device);
  }

  void mark(String text) throws IOException {
    out.writeByte(DeviceLog.MARK);
    out.writeUTF(text);
  }

  void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
