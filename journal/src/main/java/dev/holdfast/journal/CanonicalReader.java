package dev.holdfast.journal;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;

/**
 * Reads what {@link CanonicalWriter} wrote. Anything else, and anything that could have been
 * written in fewer bytes, is damage: the input may have been made by somebody hostile, so nothing
 * is allocated that the input does not hold.
 */
public final class CanonicalReader {
  private static final int NANOS = 1_000_000_000;

  private final byte[] bytes;
  private final int end;
  private final String what;
  private int position;

  /**
   * Creates a reader of {@code bytes}, which must not change meanwhile.
   *
   * @param what what it is, for the message of a failure
   */
  public CanonicalReader(byte[] bytes, String what) {
    this(bytes, 0, bytes.length, what);
  }

  /** Creates a reader of a part of {@code bytes}. */
  public CanonicalReader(byte[] bytes, int start, int end, String what) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.what = what;
  }

  /** Returns how many bytes are left. */
  public int remaining() {
    return end - position;
  }

  /** Returns the failure to throw: what is wrong, and where. */
  public JournalException damaged(String problem) {
    return new JournalException(
        JournalException.Reason.DAMAGED, what + " is damaged at byte " + position + ": " + problem);
  }

  /** Makes sure that nothing is left. */
  public void expectEnd() throws JournalException {
    if (position != end) {
      throw damaged(remaining() + " bytes too many");
    }
  }

  /** Reads one byte, 0 to 255. */
  public int u8() throws JournalException {
    need(1);
    return bytes[position++] & 0xff;
  }

  /** Reads four bytes. */
  public int u32() throws JournalException {
    need(Integer.BYTES);
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value = value << 8 | (bytes[position++] & 0xff);
    }
    return value;
  }

  /** Reads eight bytes. */
  public long u64() throws JournalException {
    long high = u32();
    return high << 32 | (u32() & 0xffffffffL);
  }

  /** Reads an unsigned number. */
  public long number() throws JournalException {
    long value = 0;
    for (int i = 0; ; i++) {
      int b = u8();
      if (i == 0 && b == 0x80) {
        throw damaged("a number is longer than it need be");
      }
      if (value >>> 57 != 0) {
        throw damaged("a number is too large");
      }
      value = value << 7 | (b & 0x7f);
      if (b < 0x80) {
        return value;
      }
    }
  }

  /** Reads a number that may be negative. */
  public long signed() throws JournalException {
    long value = number();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads a number of 0 to {@code limit}. */
  public long number(long limit) throws JournalException {
    long value = number();
    if (value < 0 || value > limit) {
      throw damaged(Long.toUnsignedString(value) + " is more than " + limit);
    }
    return value;
  }

  /**
   * Reads the count of items that follow.
   *
   * @param leastSize bytes that each of them takes at least
   */
  public int count(int leastSize) throws JournalException {
    return (int) number(remaining() / leastSize);
  }

  /** Reads 0 or 1. */
  public boolean flag() throws JournalException {
    int value = u8();
    if (value > 1) {
      throw damaged(value + " is neither 0 nor 1");
    }
    return value == 1;
  }

  /** Reads {@code length} bytes. */
  public byte[] raw(int length) throws JournalException {
    need(length);
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  /** Reads bytes after their length. */
  public byte[] bytes() throws JournalException {
    return raw(count(1));
  }

  /** Reads text. */
  public String text() throws JournalException {
    int length = count(1);
    need(length);
    position += length;
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, position - length, length))
          .toString();
    } catch (CharacterCodingException _) {
      throw damaged("text is not UTF-8");
    }
  }

  /** Reads an instant. */
  public Instant instant() throws JournalException {
    return instantAt(signed());
  }

  /** Reads the nanoseconds of an instant whose seconds are known. */
  public Instant instantAt(long seconds) throws JournalException {
    int nanos = u32();
    if (nanos < 0 || nanos >= NANOS) {
      throw damaged("a second has no nanosecond " + Integer.toUnsignedString(nanos));
    }
    try {
      return Instant.ofEpochSecond(seconds, nanos);
    } catch (DateTimeException _) {
      throw damaged("no such time");
    }
  }

  private void need(int length) throws JournalException {
    if (length > remaining()) {
      throw damaged("it ends too early");
    }
  }
}
