package dev.holdfast.engine.source;

import dev.holdfast.disk.FileSystemFacts;

/**
 * How much an archive may turn out to be before it is taken for a bomb.
 *
 * @param freeBytes bytes that may be written in all, which is what the target has free
 * @param maxEntries entries in all, those that are only implied included
 * @param maxRatio how many bytes may come out of each compressed one, after the first {@code
 *     ratioGrace} bytes
 * @param ratioGrace bytes that may come out before the ratio counts
 * @param maxHoles bytes of all holes of sparse files: they take no space, but time
 */
public record ArchiveLimits(
    long freeBytes, long maxEntries, long maxRatio, long ratioGrace, long maxHoles) {
  /** Each entry takes some hundred bytes of memory. */
  public static final long MAX_ENTRIES = 2_000_000;

  /** Text compresses to a tenth, repetitive logs to a hundredth; zeros, by gzip -1, to 1/230. */
  public static final long MAX_RATIO = 200;

  /** 1 GiB: unpacked in seconds, whatever is in it. */
  public static final long RATIO_GRACE = 1L << 30;

  /** 1 TiB. */
  public static final long MAX_HOLES = 1L << 40;

  /** The longest path that the kernel takes, without the NUL. */
  static final int MAX_PATH = 4095;

  /** The longest extended header, long name or sparse map: 16 MiB. */
  static final int MAX_EXTENSION = 16 << 20;

  /** The kernel's own limit of an extended attribute's value: 64 KiB. */
  static final int MAX_ATTRIBUTE = 64 << 10;

  /** 128 MiB of memory for xz; {@code xz -9} needs 65. (zstd refuses more than 128 by itself.) */
  static final int MAX_DICTIONARY_KIB = 128 << 10;

  /** Returns the limits for a target on this file system. */
  public static ArchiveLimits of(FileSystemFacts target) {
    return new ArchiveLimits(target.freeBytes(), MAX_ENTRIES, MAX_RATIO, RATIO_GRACE, MAX_HOLES);
  }
}
