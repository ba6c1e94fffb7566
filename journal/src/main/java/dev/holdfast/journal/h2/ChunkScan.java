package dev.holdfast.journal.h2;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks an epoch's file from chunk to chunk, as far as they are whole. What follows was torn by a
 * crash, or is being written just now; unless a later chunk says that it was durable, then the file
 * is damaged.
 */
final class ChunkScan {
  private static final int WINDOW = 1 << 20;

  private final DiskFile file;
  private final EpochLabel label;
  private final String name;
  private final ByteBuffer window;
  private long windowStart;
  private @Nullable Chunk last;
  private long end = EpochFile.HEADER;

  /** Creates a scan of the first {@code limit} bytes that has not walked yet. */
  private ChunkScan(DiskFile file, EpochLabel label, String name, long limit) {
    this.file = file;
    this.label = label;
    this.name = name;
    this.window =
        ByteBuffer.allocate(Math.clamp(limit - EpochFile.HEADER, EpochFile.BLOCK, WINDOW)).limit(0);
  }

  /**
   * Returns the last chunk before {@code limit} up to which all are whole.
   *
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} if not even the first one
   *     is, or if what is not whole was known to be durable
   */
  static Chunk lastWhole(DiskFile file, EpochLabel label, String name, long limit)
      throws IOException {
    ChunkScan scan = new ChunkScan(file, label, name, limit);
    while (true) {
      Chunk next = scan.wholeAt(scan.end, scan.last == null ? 0 : scan.last.checksum(), limit);
      boolean follows =
          next != null
              && next.id() == (scan.last == null ? 1 : scan.last.id() + 1)
              && (scan.last == null || next.version() > scan.last.version());
      if (next == null || !follows) {
        break;
      }
      scan.last = next;
      scan.end = next.end();
    }
    scan.refuseDamage(limit);
    if (scan.last == null) {
      throw scan.damaged("its beginning is unreadable");
    }
    return scan.last;
  }

  private @Nullable Chunk wholeAt(long position, int previous, long limit) throws IOException {
    if (position + EpochFile.BLOCK > limit || !see(position, Chunk.HEAD)) {
      return null;
    }
    Optional<int[]> head = Chunk.head(window, index(position));
    if (head.isEmpty() || position + head.get()[1] > limit) {
      return null;
    }
    int length = head.get()[1];
    long chunkEnd = position + length;
    ChunkChecksum checksum = new ChunkChecksum(label, previous, position, length);
    for (long at = position; at < chunkEnd; ) {
      if (!see(at, 1)) {
        return null;
      }
      int start = index(at);
      int part = (int) Math.min(chunkEnd - at, window.limit() - start);
      checksum.update(window.slice(start, part));
      at += part;
    }
    Chunk chunk = footAt(chunkEnd);
    boolean whole =
        chunk != null
            && chunk.checksum() == checksum.value()
            && chunk.id() == head.get()[0]
            && chunk.length() == length
            && chunk.durable() <= position;
    return whole ? chunk : null;
  }

  private @Nullable Chunk footAt(long chunkEnd) throws IOException {
    long position = chunkEnd - Chunk.FOOTER;
    return see(position, Chunk.FOOTER) ? Chunk.foot(window, index(position), chunkEnd) : null;
  }

  /** A later whole chunk knows how much was durable when it was written. */
  private void refuseDamage(long limit) throws IOException {
    long budget = 4 * (limit - end); // whoever made up footers shall not keep us busy
    long blocks = limit / EpochFile.BLOCK;
    for (long block = end / EpochFile.BLOCK + 1; block <= blocks && budget > 0; block++) {
      Chunk later = footAt(block * EpochFile.BLOCK);
      if (later != null && later.durable() > end && later.position() > end) {
        budget -= later.length();
        Chunk before = footAt(later.position());
        int previous = before == null ? 0 : before.checksum();
        if (later.equals(wholeAt(later.position(), previous, limit))) {
          throw damaged("what was durable up to byte " + later.durable() + " ends at byte " + end);
        }
      }
    }
  }

  private JournalException damaged(String problem) {
    return new JournalException(
        JournalException.Reason.DAMAGED, "journal " + name + " is damaged: " + problem);
  }

  private int index(long position) {
    return (int) (position - windowStart);
  }

  /** Makes sure that the window holds these bytes of the file; false if the file ends before. */
  private boolean see(long position, int length) throws IOException {
    if (position < windowStart || position + length > windowStart + window.limit()) {
      windowStart = position;
      window.clear();
      EpochFile.readFully(file, position, window);
      window.flip();
    }
    return position + length <= windowStart + window.limit();
  }
}
