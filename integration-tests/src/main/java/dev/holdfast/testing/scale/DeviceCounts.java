package dev.holdfast.testing.scale;

/**
 * What was sent to a block device.
 *
 * @param flushes requests to empty its cache
 * @param kilobytes written to it
 */
public record DeviceCounts(long flushes, long kilobytes) {
  /** Returns what was sent after {@code earlier}. */
  public DeviceCounts since(DeviceCounts earlier) {
    return new DeviceCounts(flushes - earlier.flushes, kilobytes - earlier.kilobytes);
  }

  @Override
  public String toString() {
    return flushes + " flushes, " + kilobytes + " KiB";
  }
}
