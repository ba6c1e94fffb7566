package dev.holdfast.engine.tree;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.ContentDigest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Copies the bytes of files, hashing them on the way, in constant memory. Holes of a source file
 * stay holes. One instance for one thread: it owns a buffer.
 */
public final class ContentCopier {
  private static final int BUFFER_SIZE = 256 * 1024;
  private static final long WORTH_SHARING = 1 << 20;

  private final byte[] bytes = new byte[BUFFER_SIZE];
  private final MessageDigest digest = sha256();

  /** Creates one with a buffer of its own. */
  public ContentCopier() {}

  /** Returns a new SHA-256. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** What was copied. */
  public record Copied(long size, ContentDigest digest) {}

  /** Observes bytes as they are copied, and may throw to stop. */
  @FunctionalInterface
  public interface Progress {
    /** Nobody is watching. */
    Progress NONE = _ -> {};

    /** Says that so many more bytes were copied. */
    void copied(long more) throws IOException;
  }

  /** Copies all of {@code in} into the empty file {@code to}. */
  public Copied copy(InputStream in, DiskFile to, Progress progress) throws IOException {
    digest.reset();
    long position = 0;
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      digest.update(bytes, 0, n);
      to.write(position, ByteBuffer.wrap(bytes, 0, n));
      position += n;
      progress.copied(n);
    }
    return new Copied(position, ContentDigest.of(digest.digest()));
  }

  /**
   * Copies the file {@code from}, of the same disk, into the empty file {@code to}, holes as holes.
   * A large one shares its blocks where the file system can, and is read for its hash alone:
   * whoever calls this has to make sure that nobody changed it meanwhile.
   */
  public Copied copy(DiskFile from, DiskFile to, Progress progress) throws IOException {
    long size = from.size();
    boolean shared = size >= WORTH_SHARING && to.cloneFrom(from);
    return transfer(from, size, shared ? null : to, progress);
  }

  /** Makes the file that bytes are to be copied into. */
  @FunctionalInterface
  public interface NewFile {
    /** Returns an empty file, open for writing. */
    DiskFile create() throws IOException;
  }

  /**
   * Copies all of {@code from}, unless {@code other} has the same bytes. A small file without holes
   * is read once.
   *
   * @param stat what {@code from} is
   */
  public Optional<Copied> copyUnlessSame(
      DiskFile from, Stat stat, DiskFile other, NewFile to, Progress progress) throws IOException {
    int half = bytes.length / 2;
    if (stat.size() > half || stat.allocated() < stat.size()) {
      return sameBytes(from, other)
          ? Optional.empty()
          : Optional.of(copy(from, to.create(), progress));
    }
    int want = (int) stat.size();
    int size = readFully(from, 0, 0, want);
    int there = readFully(other, 0, half, want);
    if (Arrays.equals(bytes, 0, size, bytes, half, half + there) && other.size() == size) {
      return Optional.empty();
    }
    digest.reset();
    digest.update(bytes, 0, size);
    DiskFile made = to.create();
    if (size > 0) {
      made.write(0, ByteBuffer.wrap(bytes, 0, size));
    }
    progress.copied(size);
    return Optional.of(new Copied(size, ContentDigest.of(digest.digest())));
  }

  /** Reads the whole file and returns its size and digest. */
  public Copied hash(DiskFile file, Progress progress) throws IOException {
    return transfer(file, file.size(), null, progress);
  }

  private Copied transfer(DiskFile from, long length, @Nullable DiskFile to, Progress progress)
      throws IOException {
    digest.reset();
    long size = length;
    long position = 0;
    boolean endsInHole = false;
    while (position < size) {
      long data = Math.min(size, from.nextData(position));
      if (data > position) {
        hashZeros(data - position);
        progress.copied(data - position);
        position = data;
        endsInHole = true;
        continue;
      }
      long hole = Math.clamp(from.nextHole(position), position + 1, size);
      while (position < hole) {
        int want = (int) Math.min(bytes.length, hole - position);
        int n = from.read(position, ByteBuffer.wrap(bytes, 0, want));
        if (n == 0) {
          size = position;
          break;
        }
        digest.update(bytes, 0, n);
        if (to != null) {
          to.write(position, ByteBuffer.wrap(bytes, 0, n));
        }
        position += n;
        progress.copied(n);
        endsInHole = false;
      }
    }
    if (to != null && endsInHole) {
      to.truncate(position);
    }
    return new Copied(position, ContentDigest.of(digest.digest()));
  }

  private void hashZeros(long count) {
    Arrays.fill(bytes, (byte) 0);
    for (long left = count; left > 0; left -= bytes.length) {
      digest.update(bytes, 0, (int) Math.min(bytes.length, left));
    }
  }

  /** Returns whether both files have the same bytes. */
  public boolean sameBytes(DiskFile one, DiskFile other) throws DiskException {
    long size = one.size();
    if (size != other.size()) {
      return false;
    }
    int half = bytes.length / 2;
    for (long position = 0; position < size; ) {
      int want = (int) Math.min(half, size - position);
      int a = readFully(one, position, 0, want);
      int b = readFully(other, position, half, want);
      if (a != b || !Arrays.equals(bytes, 0, a, bytes, half, half + b)) {
        return false;
      }
      if (a == 0) {
        return true;
      }
      position += a;
    }
    return true;
  }

  private int readFully(DiskFile file, long position, int offset, int want) throws DiskException {
    int got = 0;
    while (got < want) {
      int n = file.read(position + got, ByteBuffer.wrap(bytes, offset + got, want - got));
      if (n == 0) {
        break;
      }
      got += n;
    }
    return got;
  }
}
