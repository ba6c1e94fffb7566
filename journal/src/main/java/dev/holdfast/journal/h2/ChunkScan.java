package dev.holdfast.journal.h2;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how much of an epoch's file is whole: chunk after chunk, each with the right checksum.
 * What follows was torn by a crash, or is being written just now.
 *
 * <p>The last chunk that is whole says how much of the file was durable when it was written: that
 * part is not looked at again here, and if what follows it is torn before that chunk, the file ends
 * there. So opening a file costs what was appended since the last barrier, not what is in it.
 */
final class ChunkScan {
  private static final int WINDOW = 1 << 16;
  private static final long PATIENCE = 8;

  private final DiskFile file;
  private final EpochLabel label;
  private final String name;
  private final long limit;
  private final ByteBuffer window;
  private long windowStart;

  /** Creates a scan of the first {@code limit} bytes. */
  ChunkScan(DiskFile file, EpochLabel label, String name, long limit) {
    this.file = file;
    this.label = label;
    this.name = name;
    this.limit = limit;
    this.window =
        ByteBuffer.allocate(Math.clamp(limit - EpochFile.HEADER, EpochFile.BLOCK, WINDOW)).limit(0);
  }

  /**
   * Returns the last chunk up to which all are whole.
   *
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} if there is none, or if
   *     what is not whole was known to be durable
   */
  Chunk lastWhole() throws IOException {
    Chunk newest = newestAnywhere();
    if (newest == null) {
      throw damaged("nothing in it is whole");
    }
    Chunk last = null;
    long start = Math.max(newest.durable(), EpochFile.HEADER);
    if (start > EpochFile.HEADER) {
      last = endingAt(start);
      if (last == null) {
        throw damaged("what was durable up to byte " + start + " is not whole");
      }
    }
    last = walk(last, newest.end());
    if (last == null) {
      throw damaged("its beginning is not whole");
    }
    return last;
  }

  /**
   * Walks the whole file.
   *
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} if not all of it is whole
   */
  void checkEverything() throws IOException {
    Chunk last = walk(null, limit);
    long end = last == null ? EpochFile.HEADER : last.end();
    if (end != limit) {
      throw damaged("the chunk at byte " + end + " is not whole");
    }
  }

  /** Returns the last chunk, after {@code last}, up to which all are whole. */
  private @Nullable Chunk walk(@Nullable Chunk last, long end) throws IOException {
    Chunk reached = last;
    while (true) {
      Chunk next = after(reached);
      if (next == null || next.end() > end) {
        return reached;
      }
      reached = next;
    }
  }

  private @Nullable Chunk after(@Nullable Chunk last) throws IOException {
    long position = last == null ? EpochFile.HEADER : last.end();
    if (position + EpochFile.BLOCK > limit || !see(position, Chunk.HEAD)) {
      return null;
    }
    int length = Chunk.length(window, index(position), last == null ? 1 : last.id() + 1);
    if (length == 0 || position + length > limit) {
      return null;
    }
    Chunk next = checked(position + length, last == null ? 0 : last.checksum());
    boolean follows =
        next != null
            && next.position() == position
            && (last == null || next.version() > last.version());
    return follows ? next : null;
  }

  /** Searches backwards from the end for a chunk that is whole in itself. */
  private @Nullable Chunk newestAnywhere() throws IOException {
    long budget = PATIENCE * limit; // whoever made up footers shall not keep us busy
    long firstEnd = EpochFile.HEADER + EpochFile.BLOCK;
    for (long end = limit / EpochFile.BLOCK * EpochFile.BLOCK; end >= firstEnd; ) {
      if (end - Chunk.FOOTER < windowStart || end > windowStart + window.limit()) {
        see(Math.max(EpochFile.HEADER, end - window.capacity()), 1);
      }
      Chunk claimed = footAt(end);
      if (claimed != null) {
        budget -= claimed.length();
        if (budget < 0) {
          return walk(null, limit);
        }
        Chunk found = endingAt(end);
        if (found != null) {
          return found;
        }
      }
      end -= EpochFile.BLOCK;
    }
    return null;
  }

  /** Returns the chunk that ends at {@code end}, if it is whole. */
  private @Nullable Chunk endingAt(long end) throws IOException {
    Chunk claimed = footAt(end);
    if (claimed == null || claimed.position() < EpochFile.HEADER) {
      return null;
    }
    if (claimed.position() == EpochFile.HEADER) {
      return claimed.id() == 1 ? checked(end, 0) : null;
    }
    Chunk before = footAt(claimed.position());
    return before != null && before.id() + 1 == claimed.id()
        ? checked(end, before.checksum())
        : null;
  }

  /** Returns the chunk that ends at {@code end} if its checksum is right. */
  private @Nullable Chunk checked(long end, int previous) throws IOException {
    Chunk chunk = footAt(end);
    if (chunk == null
        || chunk.position() < EpochFile.HEADER
        || chunk.durable() > chunk.position()) {
      return null;
    }
    ChunkChecksum checksum = new ChunkChecksum(label, previous, chunk.position(), chunk.length());
    for (long at = chunk.position(); at < end; ) {
      if (!see(at, 1)) {
        return null;
      }
      int start = index(at);
      int part = (int) Math.min(end - at, window.limit() - start);
      checksum.update(window.slice(start, part));
      at += part;
    }
    return checksum.value() == chunk.checksum() ? chunk : null;
  }

  private @Nullable Chunk footAt(long end) throws IOException {
    long position = end - Chunk.FOOTER;
    return see(position, Chunk.FOOTER) ? Chunk.foot(window, index(position), end) : null;
  }

  private JournalException damaged(String problem) {
    return new JournalException(
        JournalException.Reason.DAMAGED, "journal " + name + " is damaged: " + problem);
  }

  private int index(long position) {
    return (int) (position - windowStart);
  }

  /** Makes sure that the window holds these bytes of the file; false if it ends before. */
  private boolean see(long position, int length) throws IOException {
    if (position < windowStart || position + length > windowStart + window.limit()) {
      windowStart = position;
      window.clear().limit((int) Math.min(window.capacity(), Math.max(0, limit - position)));
      EpochFile.readFully(file, position, window);
      window.flip();
    }
    return position + length <= windowStart + window.limit();
  }
}
