package dev.holdfast.journal;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

/**
 * Writes values as bytes in the one form that {@link CanonicalReader} accepts
 * (docs/journal-format.md): fixed numbers big endian, others in groups of seven bits with the most
 * significant first, bytes and text after their length. The same values always give the same bytes.
 */
public final class CanonicalWriter {
  private static final int FIRST_CAPACITY = 512;
  private static final int MAX_LENGTH = Integer.MAX_VALUE - 64;

  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  /** Creates an empty one. */
  public CanonicalWriter() {}

  /** Returns how many bytes were written. */
  public int length() {
    return length;
  }

  /** Returns a copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** Appends one byte: the low eight bits. */
  public CanonicalWriter u8(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  /** Appends four bytes. */
  public CanonicalWriter u32(int value) {
    room(Integer.BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes[length++] = (byte) (value >>> shift);
    }
    return this;
  }

  /** Appends eight bytes. */
  public CanonicalWriter u64(long value) {
    return u32((int) (value >>> 32)).u32((int) value);
  }

  /** Appends an unsigned number in as few groups of seven bits as it needs. */
  public CanonicalWriter number(long value) {
    int groups = Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
    room(groups);
    for (int i = groups - 1; i > 0; i--) {
      bytes[length++] = (byte) (0x80 | (value >>> (7 * i)));
    }
    bytes[length++] = (byte) (value & 0x7f);
    return this;
  }

  /** Appends a number that may be negative: zigzag, then as {@link #number}. */
  public CanonicalWriter signed(long value) {
    return number((value << 1) ^ (value >> 63));
  }

  /** Appends a length or count. */
  public CanonicalWriter count(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("negative: " + value);
    }
    return number(value);
  }

  /** Appends 0 or 1. */
  public CanonicalWriter flag(boolean value) {
    return u8(value ? 1 : 0);
  }

  /** Appends bytes without their length. */
  public CanonicalWriter raw(byte[] value) {
    return raw(value, 0, value.length);
  }

  /** Appends a part of {@code value}, without its length. */
  public CanonicalWriter raw(byte[] value, int start, int end) {
    room(end - start);
    System.arraycopy(value, start, bytes, length, end - start);
    length += end - start;
    return this;
  }

  /** Appends bytes after their length. */
  public CanonicalWriter bytes(byte[] value) {
    return count(value.length).raw(value);
  }

  /** Appends text as UTF-8 after its length in bytes; a lone surrogate becomes a question mark. */
  public CanonicalWriter text(String value) {
    return bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  /** Appends seconds since 1970, signed, and nanoseconds, fixed. */
  public CanonicalWriter instant(Instant value) {
    return signed(value.getEpochSecond()).u32(value.getNano());
  }

  private void room(int more) {
    if (more > bytes.length - length) {
      long wanted = (long) length + more;
      if (wanted > MAX_LENGTH) {
        throw new IllegalArgumentException("too large to be encoded: " + wanted + " bytes");
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_LENGTH, Math.max(wanted, length * 2L)));
    }
  }
}
