package dev.holdfast.journal.h2;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how much of an epoch's file is whole: chunk after chunk from the first, each with the
 * right checksum. What follows was torn by a crash, or is being written just now; unless a later
 * chunk says that it had been durable, then the file is damaged.
 *
 * <p>All of the file is read: H2 checks nothing when it reads a page later, and a file is small,
 * because a new epoch begins before it is not. What one process has found whole stays so, because
 * nothing is ever written again, and is read once.
 */
final class ChunkScan {
  private static final int WINDOW = 1 << 18;
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
   * @param known a chunk up to which they were found whole before: that is not looked at again
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} if there is none, or if
   *     what is not whole was known to be durable
   */
  Chunk lastWhole(@Nullable Chunk known) throws IOException {
    Chunk last = walk(known != null && known.equals(footAt(known.end())) ? known : null);
    long end = last == null ? EpochFile.HEADER : last.end();
    Chunk later = end == limit ? null : newestAfter(end);
    if (last == null || (later != null && later.durable() > end)) {
      throw new JournalException(
          JournalException.Reason.DAMAGED,
          "journal " + name + " is damaged: the chunk at byte " + end + " is not whole");
    }
    return last;
  }

  private @Nullable Chunk walk(@Nullable Chunk known) throws IOException {
    Chunk last = known;
    for (Chunk next = after(known); next != null; next = after(last)) {
      last = next;
    }
    return last;
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
    Chunk next = checked(position + length);
    boolean follows =
        next != null
            && next.position() == position
            && (last == null
                ? next.previous() == 0
                : next.previous() == last.checksum() && next.version() > last.version());
    return follows ? next : null;
  }

  /** Searches backwards from the end for a chunk that is whole in itself. */
  private @Nullable Chunk newestAfter(long start) throws IOException {
    long budget = PATIENCE * limit; // whoever made up footers shall not keep us busy
    for (long end = limit / EpochFile.BLOCK * EpochFile.BLOCK;
        end > start && budget > 0;
        end -= EpochFile.BLOCK) {
      if (end - Chunk.FOOTER < windowStart || end > windowStart + window.limit()) {
        see(Math.max(start, end - window.capacity()), 1);
      }
      Chunk claimed = footAt(end);
      if (claimed != null && claimed.position() > start) {
        budget -= claimed.length();
        Chunk found = checked(end);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  /** Returns the chunk that ends at {@code end} if its checksum is right. */
  private @Nullable Chunk checked(long end) throws IOException {
    Chunk chunk = footAt(end);
    if (chunk == null
        || chunk.position() < EpochFile.HEADER
        || chunk.durable() > chunk.position()) {
      return null;
    }
    ChunkChecksum checksum = new ChunkChecksum(label, chunk.position(), chunk.length());
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
