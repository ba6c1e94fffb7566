package dev.holdfast.disk;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path below a directory: zero or more {@link EntryName}s. Never absolute, no {@code .} and no
 * {@code ..}; the empty path is the directory itself.
 *
 * <p>Ordered by the bytes of the written form, with {@code /} before every other byte, so that a
 * directory comes right before what it contains. Immutable; kept as one byte array, because a
 * transaction may hold a hundred thousand of them.
 */
public final class RelativePath implements Comparable<RelativePath> {
  /** The directory itself. */
  public static final RelativePath EMPTY = new RelativePath(new byte[0]);

  private final byte[] bytes;

  private RelativePath(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Returns the path written as {@code bytes}, components separated by one {@code /}.
   *
   * @throws IllegalArgumentException for an absolute path, an empty component, {@code .}, {@code
   *     ..}, NUL or a name of more than 255 bytes
   */
  public static RelativePath of(byte[] bytes) {
    int start = 0;
    for (int i = 0; bytes.length > 0 && i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        EntryName.of(bytes, start, i);
        start = i + 1;
      }
    }
    return bytes.length == 0 ? EMPTY : new RelativePath(bytes.clone());
  }

  /** Returns the path with the UTF-8 bytes of {@code text}; see {@link #of(byte[])}. */
  public static RelativePath of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the path of one component. */
  public static RelativePath of(EntryName name) {
    return new RelativePath(name.rawBytes());
  }

  /** Returns the entry called {@code name} in this directory. */
  public RelativePath resolve(EntryName name) {
    return join(bytes, name.rawBytes());
  }

  /** Returns {@code path} below this directory. */
  public RelativePath resolve(RelativePath path) {
    return join(bytes, path.bytes);
  }

  private static RelativePath join(byte[] first, byte[] second) {
    if (first.length == 0 || second.length == 0) {
      return first.length == 0 ? new RelativePath(second) : new RelativePath(first);
    }
    byte[] joined = Arrays.copyOf(first, first.length + 1 + second.length);
    joined[first.length] = '/';
    System.arraycopy(second, 0, joined, first.length + 1, second.length);
    return new RelativePath(joined);
  }

  /** Returns whether this is the empty path. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /**
   * Returns the path without its last component.
   *
   * @throws IllegalStateException if this path is empty
   */
  public RelativePath parent() {
    int slash = lastSlash();
    return slash < 0 ? EMPTY : new RelativePath(Arrays.copyOf(bytes, slash));
  }

  /**
   * Returns the last component.
   *
   * @throws IllegalStateException if this path is empty
   */
  public EntryName name() {
    return EntryName.of(bytes, lastSlash() + 1, bytes.length);
  }

  private int lastSlash() {
    if (bytes.length == 0) {
      throw new IllegalStateException("the empty path has no parent and no name");
    }
    int i = bytes.length - 1;
    while (i >= 0 && bytes[i] != '/') {
      i--;
    }
    return i;
  }

  /** Returns whether {@code other} is this path or lies below it. */
  public boolean contains(RelativePath other) {
    return bytes.length == 0
        || (other.bytes.length >= bytes.length
            && Arrays.equals(bytes, 0, bytes.length, other.bytes, 0, bytes.length)
            && (other.bytes.length == bytes.length || other.bytes[bytes.length] == '/'));
  }

  /**
   * Returns what follows {@code ancestor} in this path.
   *
   * @throws IllegalArgumentException if {@code ancestor} does not contain this path
   */
  public RelativePath below(RelativePath ancestor) {
    if (!ancestor.contains(this)) {
      throw new IllegalArgumentException(this + " is not below " + ancestor);
    }
    if (ancestor.isEmpty()) {
      return this;
    }
    return bytes.length == ancestor.bytes.length
        ? EMPTY
        : new RelativePath(Arrays.copyOfRange(bytes, ancestor.bytes.length + 1, bytes.length));
  }

  /** Returns the components, outermost first. */
  public List<EntryName> names() {
    List<EntryName> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; bytes.length > 0 && i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] == '/') {
        names.add(EntryName.of(bytes, start, i));
        start = i + 1;
      }
    }
    return List.copyOf(names);
  }

  /** Returns the number of components. */
  public int depth() {
    int slashes = 0;
    for (byte b : bytes) {
      slashes += b == '/' ? 1 : 0;
    }
    return bytes.length == 0 ? 0 : slashes + 1;
  }

  /** Returns a copy of the written form, without a leading or trailing slash. */
  public byte[] bytes() {
    return bytes.clone();
  }

  void writeTo(ByteArrayOutputStream out) {
    out.writeBytes(bytes);
  }

  @Override
  public int compareTo(RelativePath other) {
    int mismatch = Arrays.mismatch(bytes, other.bytes);
    if (mismatch < 0) {
      return 0;
    }
    if (mismatch == bytes.length || mismatch == other.bytes.length) {
      return Integer.compare(bytes.length, other.bytes.length);
    }
    return Integer.compare(rank(bytes[mismatch]), rank(other.bytes[mismatch]));
  }

  private static int rank(byte b) {
    return b == '/' ? 0 : b & 0xff;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RelativePath path && Arrays.equals(bytes, path.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Returns the path for people, quoted as git does where needed; empty is {@code .}. */
  @Override
  public String toString() {
    return bytes.length == 0 ? "." : Quoted.of(bytes);
  }
}
