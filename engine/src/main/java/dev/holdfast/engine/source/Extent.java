package dev.holdfast.engine.source;

import java.util.List;

/** A run of a sparse file's bytes that is not a hole. */
record Extent(long offset, long length) {
  long end() {
    return offset + length;
  }

  /** Returns how many bytes these are. */
  static long total(List<Extent> extents) {
    long total = 0;
    for (Extent extent : extents) {
      total += extent.length;
    }
    return total;
  }

  /**
   * Refuses extents that overlap, are out of order, reach beyond the file or are not exactly what
   * the archive holds.
   */
  static void check(List<Extent> extents, long size, long archived) throws BadArchiveException {
    long end = 0;
    long total = 0;
    for (Extent extent : extents) {
      boolean good =
          extent.offset >= end && extent.length >= 0 && extent.offset <= size - extent.length;
      if (!good) {
        throw new BadArchiveException("has a sparse map that makes no sense");
      }
      end = extent.end();
      total += extent.length;
    }
    if (total != archived) {
      throw new BadArchiveException("has a sparse map that does not fit its data");
    }
  }
}
