package dev.holdfast.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a file contains at one moment: a length, and pages where there is data. Immutable; pages are
 * shared with the contents made from it and are never written to.
 */
final class Content {
  static final int PAGE = 4096;
  static final Content EMPTY = new Content(0, PersistentMap.empty());

  private final long size;
  private final PersistentMap<Long, byte[]> pages;

  private Content(long size, PersistentMap<Long, byte[]> pages) {
    this.size = size;
    this.pages = pages;
  }

  long size() {
    return size;
  }

  /** Returns the bytes that the pages take. */
  long allocated() {
    return (long) pages.size() * PAGE;
  }

  /** Returns whether there is a page, rather than a hole, at {@code position}. */
  boolean hasData(long position) {
    return pages.containsKey(position / PAGE);
  }

  /** Reads into {@code buffer} from {@code position}; returns the bytes read, 0 at the end. */
  int read(long position, ByteBuffer buffer) {
    int total = (int) Math.max(0, Math.min(buffer.remaining(), size - position));
    long at = position;
    for (int left = total; left > 0; ) {
      int offset = (int) (at % PAGE);
      int length = Math.min(PAGE - offset, left);
      byte[] page = pages.get(at / PAGE);
      if (page == null) {
        buffer.put(new byte[length]);
      } else {
        buffer.put(page, offset, length);
      }
      at += length;
      left -= length;
    }
    return total;
  }

  /**
   * Returns this content with a part of {@code bytes} written.
   *
   * @param position where the first of all the bytes belongs
   */
  Content write(long position, byte[] bytes, int start, int end) {
    PersistentMap<Long, byte[]> changed = pages;
    long at = position + start;
    for (int from = start; from < end; ) {
      int offset = (int) (at % PAGE);
      int length = Math.min(PAGE - offset, end - from);
      byte[] old = changed.get(at / PAGE);
      byte[] page = old == null || length == PAGE ? new byte[PAGE] : old.clone();
      System.arraycopy(bytes, from, page, offset, length);
      changed = changed.with(at / PAGE, page);
      at += length;
      from += length;
    }
    return new Content(end > start ? Math.max(size, at) : size, changed);
  }

  /** Returns this content at least {@code length} long; what is new is a hole. */
  Content extendedTo(long length) {
    return length <= size ? this : new Content(length, pages);
  }

  /** Returns this content cut or extended to {@code length}. */
  Content truncatedTo(long length) {
    if (length >= size) {
      return extendedTo(length);
    }
    PersistentMap<Long, byte[]> kept = pages;
    long firstGone = (length + PAGE - 1) / PAGE;
    for (Map.@Nullable Entry<Long, byte[]> page = kept.ceiling(firstGone);
        page != null;
        page = kept.ceiling(firstGone)) {
      kept = kept.without(page.getKey());
    }
    byte[] last = length % PAGE == 0 ? null : kept.get(length / PAGE);
    if (last != null) {
      // what lay behind the end must not come back when the file grows again
      kept =
          kept.with(length / PAGE, Arrays.copyOf(Arrays.copyOf(last, (int) (length % PAGE)), PAGE));
    }
    return new Content(length, kept);
  }

  /** Returns the start of the next data at or after {@code position}, or the size. */
  long nextData(long position) {
    Map.Entry<Long, byte[]> page = pages.ceiling(position / PAGE);
    return page == null ? size : Math.min(size, Math.max(position, page.getKey() * PAGE));
  }

  /** Returns the start of the next hole at or after {@code position}; the end counts as one. */
  long nextHole(long position) {
    long at = position;
    while (at < size && hasData(at)) {
      at = (at / PAGE + 1) * PAGE;
    }
    return Math.min(at, size);
  }
}
