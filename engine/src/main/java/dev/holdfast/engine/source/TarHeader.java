package dev.holdfast.engine.source;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** One block of 512 bytes as a header of the formats v7, ustar, GNU and star. See tar(5). */
final class TarHeader {
  static final int BLOCK = 512;

  private static final int CHECKSUM_OFFSET = 148;
  private static final int CHECKSUM_LENGTH = 8;
  private static final byte[] USTAR = "ustar\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] GNU = "ustar  \0".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] STAR = "tar\0".getBytes(StandardCharsets.ISO_8859_1);

  private final byte[] block;

  TarHeader(byte[] block) {
    this.block = block;
  }

  /** Returns whether a byte is not zero, which is how GNU tar says that more follows. */
  boolean isSet(int offset) {
    return block[offset] != 0;
  }

  /** Returns whether the block is all zeros: a part of the end mark. */
  boolean isZero() {
    for (byte b : block) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether the sum in the header is that of its bytes, signed or not. */
  boolean isChecksumRight() {
    long unsigned = 0;
    long signed = 0;
    for (int i = 0; i < BLOCK; i++) {
      boolean own = i >= CHECKSUM_OFFSET && i < CHECKSUM_OFFSET + CHECKSUM_LENGTH;
      unsigned += own ? ' ' : block[i] & 0xff;
      signed += own ? ' ' : block[i];
    }
    try {
      long sum = number(CHECKSUM_OFFSET, CHECKSUM_LENGTH);
      return sum == unsigned || sum == signed;
    } catch (BadArchiveException _) {
      return false;
    }
  }

  char type() {
    return (char) (block[156] & 0xff);
  }

  boolean isGnu() {
    return has(257, GNU);
  }

  private boolean has(int offset, byte[] bytes) {
    return Arrays.equals(block, offset, offset + bytes.length, bytes, 0, bytes.length);
  }

  /** Returns the name, of its two parts where there are two. */
  byte[] name() {
    byte[] name = text(0, 100);
    if (!has(257, USTAR)) {
      return name;
    }
    byte[] prefix = text(345, has(508, STAR) ? 131 : 155);
    if (prefix.length == 0) {
      return name;
    }
    byte[] joined = Arrays.copyOf(prefix, prefix.length + 1 + name.length);
    joined[prefix.length] = '/';
    System.arraycopy(name, 0, joined, prefix.length + 1, name.length);
    return joined;
  }

  byte[] link() {
    return text(157, 100);
  }

  long mode() throws BadArchiveException {
    return number(100, 8);
  }

  long uid() throws BadArchiveException {
    return number(108, 8);
  }

  long gid() throws BadArchiveException {
    return number(116, 8);
  }

  long size() throws BadArchiveException {
    long size = number(124, 12);
    if (size < 0) {
      throw new BadArchiveException("has a negative size");
    }
    return size;
  }

  long modified() throws BadArchiveException {
    return number(136, 12);
  }

  long deviceMajor() throws BadArchiveException {
    return number(329, 8);
  }

  long deviceMinor() throws BadArchiveException {
    return number(337, 8);
  }

  /** Returns the bytes of a field up to its first NUL. */
  private byte[] text(int offset, int length) {
    int end = offset;
    while (end < offset + length && block[end] != 0) {
      end++;
    }
    return Arrays.copyOfRange(block, offset, end);
  }

  /** Returns a numeric field: octal digits, or GNU's binary form, told by its highest bit. */
  long number(int offset, int length) throws BadArchiveException {
    if ((block[offset] & 0x80) != 0) {
      byte[] bytes = Arrays.copyOfRange(block, offset, offset + length);
      bytes[0] = (byte) ((bytes[0] & 0x40) == 0 ? bytes[0] & 0x7f : bytes[0]);
      BigInteger value = new BigInteger(bytes);
      if (value.bitLength() >= Long.SIZE) {
        throw new BadArchiveException("has a header with a number that is too large");
      }
      return value.longValue();
    }
    int at = offset;
    int end = offset + length;
    while (at < end && block[at] == ' ') {
      at++;
    }
    long value = 0;
    while (at < end && block[at] != 0 && block[at] != ' ') {
      if (block[at] < '0' || block[at] > '7') {
        throw new BadArchiveException("has a header with a bad number");
      }
      value = value * 8 + (block[at] - '0');
      at++;
    }
    return value;
  }
}
