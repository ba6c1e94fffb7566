package dev.holdfast.selftest.power;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** What is on a device: its blocks that are not all zeros. Copies share their blocks. */
final class DeviceImage {
  static final int SECTOR = 512;
  private static final int BLOCK = 4096;
  private static final int RUN = 256 * BLOCK;

  private final long size;
  private final SortedMap<Long, byte[]> blocks;

  private DeviceImage(long size, SortedMap<Long, byte[]> blocks) {
    this.size = size;
    this.blocks = blocks;
  }

  /** Reads a file. */
  static DeviceImage load(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      DeviceImage image = new DeviceImage(channel.size(), new TreeMap<>());
      ByteBuffer buffer = ByteBuffer.allocateDirect(RUN);
      byte[] zeros = new byte[BLOCK];
      for (long offset = 0; offset < image.size; offset += RUN) {
        buffer.clear();
        while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {
          // until the run is read, or the end comes
        }
        buffer.flip();
        for (long at = offset; buffer.hasRemaining(); at += BLOCK) {
          byte[] block = new byte[BLOCK];
          buffer.get(block, 0, Math.min(BLOCK, buffer.remaining()));
          if (!Arrays.equals(block, zeros)) {
            image.blocks.put(at / BLOCK, block);
          }
        }
      }
      return image;
    }
  }

  DeviceImage copy() {
    return new DeviceImage(size, new TreeMap<>(blocks));
  }

  /** Writes some of {@code data} to where it would be if all of it were written at an offset. */
  void write(long offset, byte[] data, int from, int to) {
    int done = from;
    while (done < to) {
      long at = offset + done;
      int within = (int) (at % BLOCK);
      int length = Math.min(BLOCK - within, to - done);
      byte[] old = blocks.get(at / BLOCK);
      byte[] block = old == null ? new byte[BLOCK] : old.clone();
      System.arraycopy(data, done, block, within, length);
      blocks.put(at / BLOCK, block);
      done += length;
    }
  }

  /** Writes a sparse file, which must not exist. */
  void store(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      ByteBuffer run = ByteBuffer.allocateDirect(RUN);
      long start = 0;
      for (Map.Entry<Long, byte[]> each : blocks.entrySet()) {
        long at = each.getKey() * BLOCK;
        if (at != start + run.position() || !run.hasRemaining()) {
          put(channel, run, start);
          start = at;
        }
        run.put(each.getValue());
      }
      put(channel, run, start);
      if (channel.size() < size) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    }
  }

  private static void put(FileChannel channel, ByteBuffer run, long start) throws IOException {
    run.flip();
    while (run.hasRemaining()) {
      channel.write(run, start + run.position());
    }
    run.clear();
  }
}
