package dev.holdfast.disk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name of one directory entry: 1 to 255 bytes, any but NUL and {@code /}, and neither {@code .}
 * nor {@code ..}.
 *
 * <p>Linux names are bytes, not text; {@link #toString()} is for people only. Ordered by unsigned
 * bytes. Immutable.
 */
public final class EntryName implements Comparable<EntryName> {
  private static final int MAX_LENGTH = 255;

  private final byte[] bytes;

  private EntryName(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the name with these bytes, which are copied. */
  public static EntryName of(byte[] bytes) {
    return of(bytes, 0, bytes.length);
  }

  /** Returns the name made of the bytes from {@code start} to before {@code end}. */
  public static EntryName of(byte[] bytes, int start, int end) {
    byte[] copy = Arrays.copyOfRange(bytes, start, end);
    if (copy.length == 0 || copy.length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "a name has 1 to 255 bytes, this one has " + copy.length + ": " + Quoted.of(copy));
    }
    for (byte b : copy) {
      if (b == 0 || b == '/') {
        throw new IllegalArgumentException("a name has no NUL and no slash: " + Quoted.of(copy));
      }
    }
    if (copy[0] == '.' && (copy.length == 1 || (copy.length == 2 && copy[1] == '.'))) {
      throw new IllegalArgumentException("not the name of an entry: " + Quoted.of(copy));
    }
    return new EntryName(copy);
  }

  /** Returns the name with the UTF-8 bytes of {@code text}. */
  public static EntryName of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Returns the number of bytes. */
  public int length() {
    return bytes.length;
  }

  byte[] rawBytes() {
    return bytes;
  }

  @Override
  public int compareTo(EntryName other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EntryName name && Arrays.equals(bytes, name.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns the name for people: as it is, or quoted as git quotes it. */
  @Override
  public String toString() {
    return Quoted.of(bytes);
  }
}
