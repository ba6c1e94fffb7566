package dev.holdfast.journal.h2;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where one of H2's chunks lies and what it is called.
 *
 * @param position of its first byte
 * @param length in bytes
 * @param id its number in the file: 1, 2, 3 …
 * @param version H2's version of the store after it
 * @param durable how long the file was known to be durable when it was written
 * @param previous the checksum of the chunk before; 0 for the first one
 * @param checksum its own
 */
record Chunk(
    long position, int length, int id, long version, long durable, int previous, int checksum) {
  /** The length of H2's footer at the end of a chunk. */
  static final int FOOTER = 128;

  /** Bytes at the start of a chunk that hold its id and length. */
  static final int HEAD = 48;

  /** Before the end of the chunk, eight bytes each. */
  static final int PREVIOUS_BEFORE_END = 32;

  static final int DURABLE_BEFORE_END = 24;

  static final int CHECKSUM_BEFORE_END = 16;

  /** Returns where the next one begins. */
  long end() {
    return position + length;
  }

  /**
   * Reads a chunk's length from its first bytes.
   *
   * @return 0 if this is not the start of the chunk with this id
   */
  static int length(ByteBuffer buffer, int index, int id) {
    Fields fields = new Fields(buffer, index, Math.min(buffer.limit(), index + HEAD));
    return fields.next("chunk:") == id ? length(fields.next(",len:")) : 0;
  }

  private static int length(long blocks) {
    return blocks > 0 && blocks <= Integer.MAX_VALUE / EpochFile.BLOCK
        ? (int) blocks * EpochFile.BLOCK
        : 0;
  }

  /**
   * Reads a footer.
   *
   * @param end the end of the chunk in the file
   * @param index where the footer's 128 bytes are in {@code buffer}
   * @return the chunk as its footer describes it, or null if this is not a footer
   */
  static @Nullable Chunk foot(ByteBuffer buffer, int index, long end) {
    Fields fields = new Fields(buffer, index, index + FOOTER);
    long id = fields.next("chunk:");
    if (id <= 0 || id > Integer.MAX_VALUE) {
      return null;
    }
    int length = length(fields.next(",len:"));
    long version = fields.next(",version:");
    int limit = index + FOOTER;
    long durable = Padding.getInt(buffer, limit - DURABLE_BEFORE_END);
    byte[] previous = new byte[Integer.BYTES];
    byte[] checksum = new byte[Integer.BYTES];
    if (length == 0
        || version < 0
        || durable < 0
        || !Padding.get(buffer, limit - PREVIOUS_BEFORE_END, previous)
        || !Padding.get(buffer, limit - CHECKSUM_BEFORE_END, checksum)) {
      return null;
    }
    return new Chunk(
        end - length,
        length,
        (int) id,
        version,
        durable * EpochFile.BLOCK,
        ByteBuffer.wrap(previous).getInt(),
        ByteBuffer.wrap(checksum).getInt());
  }

  /** Reads {@code key:hex} pairs from H2's texts. */
  private static final class Fields {
    private final ByteBuffer buffer;
    private final int limit;
    private int index;

    Fields(ByteBuffer buffer, int index, int limit) {
      this.buffer = buffer;
      this.index = index;
      this.limit = limit;
    }

    /** Returns the value after {@code key}, or -1 if something else is there. */
    long next(String key) {
      for (int i = 0; i < key.length(); i++) {
        if (index >= limit || buffer.get(index++) != key.charAt(i)) {
          return -1;
        }
      }
      long value = 0;
      int digits = 0;
      for (; index < limit; index++, digits++) {
        int digit = Character.digit(buffer.get(index), 16);
        if (digit < 0) {
          break;
        }
        value = value << 4 | digit;
      }
      return digits == 0 || digits > 15 || index == limit ? -1 : value;
    }
  }
}
