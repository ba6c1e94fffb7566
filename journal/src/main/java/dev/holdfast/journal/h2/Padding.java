package dev.holdfast.journal.h2;

import java.nio.ByteBuffer;

/**
 * Bytes of ours in the padding of H2's texts. H2 trims bytes up to 0x20 there, so each half byte is
 * written as one of 0x01 to 0x10, and plain H2 still reads the file.
 */
final class Padding {
  private Padding() {}

  /** Writes {@code value} at {@code index}, twice as long. */
  static void put(ByteBuffer buffer, int index, byte[] value) {
    for (int i = 0; i < value.length; i++) {
      buffer.put(index + 2 * i, (byte) (1 + ((value[i] >> 4) & 0xf)));
      buffer.put(index + 2 * i + 1, (byte) (1 + (value[i] & 0xf)));
    }
  }

  /** Writes four bytes as eight. */
  static void putInt(ByteBuffer buffer, int index, int value) {
    put(buffer, index, ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  /**
   * Reads {@code value.length} bytes.
   *
   * @return false if something else is there
   */
  static boolean get(ByteBuffer buffer, int index, byte[] value) {
    for (int i = 0; i < value.length; i++) {
      int high = buffer.get(index + 2 * i) - 1;
      int low = buffer.get(index + 2 * i + 1) - 1;
      if (((high | low) & ~0xf) != 0) {
        return false;
      }
      value[i] = (byte) (high << 4 | low);
    }
    return true;
  }

  /** Reads four bytes, or returns -1 for anything else; so only for numbers that are never it. */
  static long getInt(ByteBuffer buffer, int index) {
    byte[] value = new byte[Integer.BYTES];
    return get(buffer, index, value) ? ByteBuffer.wrap(value).getInt() & 0xffffffffL : -1;
  }
}
