package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;

/**
 * What a simulated file system is, beside what it holds.
 *
 * @param mountPoint where it is mounted
 * @param id its identity, which stays when st_dev changes
 * @param type what it claims to be, such as {@code ext4}
 * @param options its mount options
 * @param capacity bytes that file contents may take
 * @param maxInodes inodes that it may hold
 * @param readOnly whether every change is refused
 * @param mounted whether it is mounted at all
 * @param reflinks whether files can share blocks
 */
public record VolumeFacts(
    AbsolutePath mountPoint,
    String id,
    String type,
    String options,
    long capacity,
    long maxInodes,
    boolean readOnly,
    boolean mounted,
    boolean reflinks) {

  /** Returns a big writable ext4 file system, mounted at {@code mountPoint}. */
  public static VolumeFacts at(String mountPoint) {
    AbsolutePath path = AbsolutePath.of(mountPoint);
    String id = "%016x".formatted(0x5eed_0000_0000_0000L + (path.hashCode() & 0xffff_ffffL));
    return new VolumeFacts(
        path, id, "ext4", "rw,relatime", 1L << 40, Long.MAX_VALUE, false, true, false);
  }

  /** Returns this with another type. */
  public VolumeFacts type(String newType) {
    return new VolumeFacts(
        mountPoint, id, newType, options, capacity, maxInodes, readOnly, mounted, reflinks);
  }

  /** Returns this with room for {@code bytes} of contents. */
  public VolumeFacts capacity(long bytes) {
    return new VolumeFacts(
        mountPoint, id, type, options, bytes, maxInodes, readOnly, mounted, reflinks);
  }

  /** Returns this with room for {@code inodes} inodes. */
  public VolumeFacts maxInodes(long inodes) {
    return new VolumeFacts(
        mountPoint, id, type, options, capacity, inodes, readOnly, mounted, reflinks);
  }

  /** Returns this mounted read-only, or not. */
  public VolumeFacts readOnly(boolean yes) {
    return new VolumeFacts(
        mountPoint, id, type, options, capacity, maxInodes, yes, mounted, reflinks);
  }

  /** Returns this mounted, or not. */
  public VolumeFacts mounted(boolean yes) {
    return new VolumeFacts(
        mountPoint, id, type, options, capacity, maxInodes, readOnly, yes, reflinks);
  }

  /** Returns this able to share blocks between files, or not. */
  public VolumeFacts reflinks(boolean yes) {
    return new VolumeFacts(
        mountPoint, id, type, options, capacity, maxInodes, readOnly, mounted, yes);
  }
}
