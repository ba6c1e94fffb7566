package dev.holdfast.journal.h2;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A file in memory that records every write and sync, so that what a device may hold after a crash
 * at any moment can be made from the record.
 */
final class RecordedFile implements DiskFile {
  private static final int SECTOR = 512;
  private static final int PAGE = 4096;

  /** What a crash does to the writes that no sync covered. */
  enum Loss {
    /** None of them arrived. */
    ALL,
    /** All of them arrived: a kill. */
    NOTHING,
    /** Whole writes, at random. */
    WRITES,
    /** Pages of 4096 bytes, at random. */
    PAGES,
    /** Sectors of 512 bytes, at random. */
    SECTORS,
    /** Sectors at random, and every tenth that did not arrive is garbage. */
    SECTORS_AND_GARBAGE,
    /** All but the last one, of which only the first sectors arrived. */
    LAST_CUT
  }

  /** A write, or a sync if there are no bytes. */
  private static final class Call {
    private final long position;
    private final byte[] bytes;

    Call(long position, byte[] bytes) {
      this.position = position;
      this.bytes = bytes;
    }

    long position() {
      return position;
    }

    byte[] bytes() {
      return bytes;
    }

    boolean isSync() {
      return bytes.length == 0;
    }
  }

  private final List<Call> calls = new ArrayList<>();
  private byte[] contents;
  private int size;

  RecordedFile(byte[] contents) {
    this.contents = contents.clone();
    this.size = contents.length;
  }

  /** Returns how many calls there were. */
  int calls() {
    return calls.size();
  }

  /** Returns the length of all writes. */
  long written() {
    return calls.stream().mapToLong(call -> call.bytes().length).sum();
  }

  /**
   * Returns what the device may hold if the machine crashes after {@code count} calls.
   *
   * @param before what it held before the first one
   */
  byte[] afterCrash(byte[] before, int count, Loss loss, Random random) {
    int synced = 0;
    int lastWrite = -1;
    for (int i = 0; i < count; i++) {
      if (calls.get(i).isSync()) {
        synced = i;
      } else {
        lastWrite = i;
      }
    }
    RecordedFile device = new RecordedFile(before);
    for (int i = 0; i < count; i++) {
      Call call = calls.get(i);
      if (i < synced) {
        device.put(call.position(), call.bytes(), 0, call.bytes().length);
      } else {
        device.lose(call, i == lastWrite, loss, random);
      }
    }
    return Arrays.copyOf(device.contents, device.size);
  }

  private void lose(Call call, boolean last, Loss loss, Random random) {
    byte[] bytes = call.bytes();
    int sectors = bytes.length / SECTOR;
    switch (loss) {
      case ALL -> {}
      case NOTHING -> put(call.position(), bytes, 0, bytes.length);
      case WRITES -> {
        if (random.nextBoolean()) {
          put(call.position(), bytes, 0, bytes.length);
        }
      }
      case PAGES -> loseParts(call, PAGE, false, random);
      case SECTORS -> loseParts(call, SECTOR, false, random);
      case SECTORS_AND_GARBAGE -> loseParts(call, SECTOR, true, random);
      case LAST_CUT ->
          put(
              call.position(),
              bytes,
              0,
              last && sectors > 0 ? SECTOR * random.nextInt(sectors) : bytes.length);
    }
  }

  private void loseParts(Call call, int part, boolean garbage, Random random) {
    byte[] bytes = call.bytes();
    for (int start = 0; start < bytes.length; start += part) {
      int end = Math.min(bytes.length, start + part);
      if (random.nextBoolean()) {
        put(call.position() + start, bytes, start, end);
      } else if (garbage && random.nextInt(10) == 0) {
        byte[] noise = new byte[end - start];
        random.nextBytes(noise);
        put(call.position() + start, noise, 0, noise.length);
      }
    }
    if (random.nextBoolean()) {
      put(call.position() + bytes.length, bytes, 0, 0); // the length arrived
    }
  }

  private void put(long position, byte[] bytes, int start, int end) {
    int until = (int) position + end - start;
    if (until > contents.length) {
      contents = Arrays.copyOf(contents, Math.max(until, 2 * contents.length));
    }
    System.arraycopy(bytes, start, contents, (int) position, end - start);
    size = Math.max(size, until);
  }

  /** Returns what it holds now. */
  byte[] contents() {
    return Arrays.copyOf(contents, size);
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(long position, ByteBuffer buffer) {
    int count = (int) Math.max(0, Math.min(buffer.remaining(), size - position));
    buffer.put(contents, (int) position, count);
    return count;
  }

  @Override
  public void write(long position, ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    calls.add(new Call(position, bytes));
    put(position, bytes, 0, bytes.length);
  }

  @Override
  public void sync() {
    calls.add(new Call(0, new byte[0]));
  }

  @Override
  public void truncate(long newSize) {
    throw new AssertionError("the journal cuts nothing off");
  }

  @Override
  public void dropCache() {}

  @Override
  public void startWriteback() {}

  @Override
  public void awaitWriteback() {}

  @Override
  public long nextData(long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long nextHole(long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean cloneFrom(DiskFile source) {
    return false;
  }

  @Override
  public Stat stat() {
    Instant then = Instant.EPOCH;
    return new Stat(FileType.FILE, 0600, 0, 0, size, 1, 0, then, then, then, 1, 1, 1, size);
  }

  @Override
  public void setOwner(int uid, int gid) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setMode(int mode) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setModified(Instant time) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SortedMap<String, byte[]> extendedAttributes() {
    return new TreeMap<>();
  }

  @Override
  public void setExtendedAttribute(String name, byte[] value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void removeExtendedAttribute(String name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
