package dev.holdfast.engine.source;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.NewFile;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.ContentDigest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a regular file in an archive, as they come: data and holes, to be compared and
 * copied in one reading and in constant memory. One instance for one source; it owns buffers.
 */
final class TarContent {
  private static final int BUFFER_SIZE = 256 * 1024;

  private final TarReader reader;
  private final byte[] bytes = new byte[BUFFER_SIZE];
  private final byte[] others = new byte[BUFFER_SIZE];
  private final MessageDigest digest = ContentCopier.sha256();

  TarContent(TarReader reader) {
    this.reader = reader;
  }

  /** Is given the data and the holes of a file in their order; stops the reading by false. */
  private interface Sink {
    boolean data(long position, int length) throws IOException;

    boolean hole(long position, long length) throws IOException;
  }

  private void feed(TarEntry entry, Sink sink) throws IOException {
    long position = 0;
    for (Extent extent : entry.extents()) {
      if (extent.offset() > position && !sink.hole(position, extent.offset() - position)) {
        return;
      }
      position = extent.offset();
      while (position < extent.end()) {
        int want = (int) Math.min(bytes.length, extent.end() - position);
        int n = reader.read(bytes, 0, want);
        if (n < 0) {
          throw new BadArchiveException("has less data than it says");
        }
        if (!sink.data(position, n)) {
          return;
        }
        position += n;
      }
    }
    if (position < entry.size()) {
      sink.hole(position, entry.size() - position);
    }
  }

  /** Returns whether {@code other} has the entry's bytes. */
  boolean same(TarEntry entry, DiskFile other) throws IOException {
    if (other.size() != entry.size()) {
      return false;
    }
    Comparing comparing = new Comparing(other);
    feed(entry, comparing);
    return comparing.same;
  }

  private final class Comparing implements Sink {
    private final DiskFile other;
    private boolean same = true;

    private Comparing(DiskFile other) {
      this.other = other;
    }

    @Override
    public boolean data(long position, int length) throws IOException {
      same = isData(other, position, length);
      return same;
    }

    @Override
    public boolean hole(long position, long length) throws IOException {
      same = isZero(other, position, length);
      return same;
    }
  }

  private boolean isData(DiskFile file, long position, int length) throws IOException {
    return readFully(file, position, length) == length
        && Arrays.equals(bytes, 0, length, others, 0, length);
  }

  private boolean isZero(DiskFile file, long start, long length) throws IOException {
    long end = start + length;
    long position = Math.min(end, file.nextData(start));
    while (position < end) {
      int n = readFully(file, position, (int) Math.min(others.length, end - position));
      for (int i = 0; i < n; i++) {
        if (others[i] != 0) {
          return false;
        }
      }
      if (n == 0) {
        return false;
      }
      position = Math.min(end, file.nextData(position + n));
    }
    return true;
  }

  private int readFully(DiskFile file, long position, int want) throws IOException {
    int got = 0;
    while (got < want) {
      int n = file.read(position + got, ByteBuffer.wrap(others, got, want - got));
      if (n == 0) {
        break;
      }
      got += n;
    }
    return got;
  }

  /** Copies the entry's bytes into an empty file. */
  Copied copy(TarEntry entry, DiskFile to, Progress progress) throws IOException {
    digest.reset();
    Copying copying = new Copying(RelativePath.EMPTY, () -> to, null, progress);
    feed(entry, copying);
    return copying.finish(entry);
  }

  /** Copies the entry's bytes into a new file unless {@code live} has the same. */
  Optional<Copied> copyUnlessSame(
      RelativePath path, TarEntry entry, DiskFile live, NewFile newFile, Progress progress)
      throws IOException {
    digest.reset();
    boolean comparable = live.size() == entry.size();
    Copying copying = new Copying(path, newFile, comparable ? live : null, progress);
    feed(entry, copying);
    return copying.isSame() ? Optional.empty() : Optional.of(copying.finish(entry));
  }

  /** Compares as long as everything is the same, and from the first difference on copies. */
  private final class Copying implements Sink {
    private final RelativePath path;
    private final NewFile newFile;
    private final Progress progress;
    private @Nullable DiskFile live;
    private @Nullable DiskFile to;

    private Copying(
        RelativePath path, NewFile newFile, @Nullable DiskFile live, Progress progress) {
      this.path = path;
      this.newFile = newFile;
      this.live = live;
      this.progress = progress;
    }

    private boolean isSame() {
      return live != null;
    }

    @Override
    public boolean data(long position, int length) throws IOException {
      DiskFile compared = live;
      if (compared != null && !isData(compared, position, length)) {
        live = null;
        copyBeginning(compared, position);
      }
      digest.update(bytes, 0, length);
      if (live == null) {
        target().write(position, ByteBuffer.wrap(bytes, 0, length));
      }
      progress.copied(length);
      return true;
    }

    @Override
    public boolean hole(long position, long length) throws IOException {
      DiskFile compared = live;
      if (compared != null && !isZero(compared, position, length)) {
        live = null;
        copyBeginning(compared, position);
      }
      Arrays.fill(others, (byte) 0);
      for (long left = length; left > 0; left -= others.length) {
        digest.update(others, 0, (int) Math.min(others.length, left));
      }
      progress.copied(length);
      return true;
    }

    private DiskFile target() throws IOException {
      DiskFile file = to;
      if (file == null) {
        file = newFile.create();
        to = file;
      }
      return file;
    }

    /**
     * Takes from the live file what was found to be the same. If somebody has changed it since, the
     * digests differ.
     */
    private void copyBeginning(DiskFile from, long length) throws IOException {
      DiskFile file = target();
      MessageDigest copied = ContentCopier.sha256();
      for (long position = 0; position < length; ) {
        int n = readFully(from, position, (int) Math.min(others.length, length - position));
        if (n == 0) {
          break;
        }
        copied.update(others, 0, n);
        file.write(position, ByteBuffer.wrap(others, 0, n));
        position += n;
      }
      if (!Arrays.equals(copied.digest(), digestSoFar())) {
        throw new ConflictException(
            path + " changed while it was being compared; try again when nobody writes there",
            List.of(path.toString()));
      }
    }

    private Copied finish(TarEntry entry) throws IOException {
      DiskFile file = target();
      if (file.size() < entry.size()) {
        file.truncate(entry.size());
      }
      return new Copied(entry.size(), ContentDigest.of(digest.digest()));
    }
  }

  private byte[] digestSoFar() {
    try {
      return ((MessageDigest) digest.clone()).digest();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("every Java can copy a SHA-256", e);
    }
  }

  /** Returns how many bytes of the entry are data. */
  static long dataOf(TarEntry entry) {
    return Extent.total(entry.extents());
  }

  /** Returns how many bytes of the entry are holes. */
  static long holesOf(TarEntry entry) {
    return entry.size() - dataOf(entry);
  }
}
