package dev.holdfast.disk;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An absolute path as bytes: {@code /}, or slash-separated names, each after a slash, without
 * {@code .} and {@code ..}. Ordered by bytes, a directory before what it contains. Immutable.
 */
public record AbsolutePath(RelativePath belowRoot) implements Comparable<AbsolutePath> {
  /** The root directory. */
  public static final AbsolutePath ROOT = new AbsolutePath(RelativePath.EMPTY);

  /**
   * Returns the path written as {@code bytes}. Repeated and trailing slashes and {@code .} mean
   * nothing.
   *
   * @throws IllegalArgumentException if it does not begin with a slash or has {@code ..} or NUL in
   *     it
   */
  public static AbsolutePath of(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != '/') {
      throw new IllegalArgumentException("not an absolute path: " + Quoted.of(bytes));
    }
    return ROOT.resolveText(bytes);
  }

  /** Returns the path with the UTF-8 bytes of {@code text}; see {@link #of(byte[])}. */
  public static AbsolutePath of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns what {@code bytes} means to a process whose working directory is this path: itself if
   * absolute. Repeated and trailing slashes and {@code .} mean nothing; {@code ..} is refused.
   */
  public AbsolutePath resolveText(byte[] bytes) {
    RelativePath path = bytes.length > 0 && bytes[0] == '/' ? RelativePath.EMPTY : belowRoot;
    int start = 0;
    for (int i = 0; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        boolean nothing = i == start || (i == start + 1 && bytes[start] == '.');
        if (!nothing) {
          path = path.resolve(EntryName.of(bytes, start, i));
        }
        start = i + 1;
      }
    }
    return new AbsolutePath(path);
  }

  /** Returns the entry called {@code name} in this directory. */
  public AbsolutePath resolve(EntryName name) {
    return new AbsolutePath(belowRoot.resolve(name));
  }

  /** Returns {@code path} below this directory. */
  public AbsolutePath resolve(RelativePath path) {
    return new AbsolutePath(belowRoot.resolve(path));
  }

  /** Returns the path without its last component; the root directory has no parent. */
  public AbsolutePath parent() {
    return new AbsolutePath(belowRoot.parent());
  }

  /** Returns the last component; the root directory has none. */
  public EntryName name() {
    return belowRoot.name();
  }

  /** Returns whether {@code other} is this path or lies below it. */
  public boolean contains(AbsolutePath other) {
    return belowRoot.contains(other.belowRoot);
  }

  /** Returns a copy of the written form, beginning with a slash. */
  public byte[] bytes() {
    byte[] below = belowRoot.bytes();
    byte[] bytes = new byte[below.length + 1];
    bytes[0] = '/';
    System.arraycopy(below, 0, bytes, 1, below.length);
    return bytes;
  }

  @Override
  public int compareTo(AbsolutePath other) {
    return belowRoot.compareTo(other.belowRoot);
  }

  /** Returns the path for people, quoted as git does where needed. */
  @Override
  public String toString() {
    return Quoted.of(bytes());
  }

  /** Returns whether the bytes are the same. */
  @Override
  public boolean equals(Object other) {
    return other instanceof AbsolutePath path && belowRoot.equals(path.belowRoot);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes());
  }
}
