package dev.holdfast.testing;

/** Bytes that nobody changes any more. */
final class Bytes {
  static final Bytes NONE = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  static Bytes copyOf(byte[] bytes) {
    return new Bytes(bytes.clone());
  }

  /** Returns {@code bytes}, which the caller gives away. */
  static Bytes owning(byte[] bytes) {
    return new Bytes(bytes);
  }

  int length() {
    return bytes.length;
  }

  byte[] toArray() {
    return bytes.clone();
  }

  /** Returns the bytes themselves, to be read only. */
  byte[] raw() {
    return bytes;
  }
}
