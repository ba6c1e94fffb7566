package dev.holdfast.journal;

import java.util.HexFormat;

/** The SHA-256 of a file's contents. */
public record ContentDigest(ByteString bytes) {
  private static final int LENGTH = 32;

  /** Checks the length. */
  public ContentDigest {
    if (bytes.length() != LENGTH) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + bytes.length());
    }
  }

  /** Returns the digest with these 32 bytes. */
  public static ContentDigest of(byte[] bytes) {
    return new ContentDigest(ByteString.of(bytes));
  }

  /** Returns 64 hexadecimal digits. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes.bytes());
  }
}
