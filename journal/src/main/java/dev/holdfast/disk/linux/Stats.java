package dev.holdfast.disk.linux;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import java.time.Instant;

/** Makes the seam's facts of an inode from what statx(2) fills in. */
final class Stats {
  /** All that {@link Stat} has. */
  static final int MASK = LibC.STATX_BASIC_STATS | LibC.STATX_BTIME | LibC.STATX_MNT_ID;

  private static final int BLOCK = 512;

  private Stats() {}

  /** Returns the facts. */
  static Stat of(LibC.Statx s) {
    return new Stat(
        type(s.stx_mode()),
        s.stx_mode() & 07777,
        s.stx_uid(),
        s.stx_gid(),
        s.stx_size(),
        Integer.toUnsignedLong(s.stx_nlink()),
        deviceNumber(s.stx_rdev_major(), s.stx_rdev_minor()),
        Instant.ofEpochSecond(s.mtimeSeconds(), s.mtimeNanoseconds()),
        Instant.ofEpochSecond(s.ctimeSeconds(), s.ctimeNanoseconds()),
        (s.stx_mask() & LibC.STATX_BTIME) == 0
            ? Instant.EPOCH
            : Instant.ofEpochSecond(s.btimeSeconds(), s.btimeNanoseconds()),
        s.stx_ino(),
        deviceNumber(s.stx_dev_major(), s.stx_dev_minor()),
        s.stx_mnt_id(),
        s.stx_blocks() * BLOCK);
  }

  /** Returns whether {@code mode} is a regular file's. */
  static boolean isRegular(int mode) {
    return (mode & LibC.S_IFMT) == LibC.S_IFREG;
  }

  private static FileType type(int mode) {
    return switch (mode & LibC.S_IFMT) {
      case LibC.S_IFREG -> FileType.FILE;
      case LibC.S_IFDIR -> FileType.DIRECTORY;
      case LibC.S_IFLNK -> FileType.SYMLINK;
      case LibC.S_IFIFO -> FileType.FIFO;
      case LibC.S_IFCHR -> FileType.CHARACTER_DEVICE;
      case LibC.S_IFBLK -> FileType.BLOCK_DEVICE;
      case LibC.S_IFSOCK -> FileType.SOCKET;
      default -> throw new IllegalArgumentException("no file type: " + Integer.toOctalString(mode));
    };
  }

  /** Returns the major number of a {@code dev_t}, as gnu_dev_major(3) does. */
  static int major(long device) {
    return (int) (((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfff));
  }

  /** Returns the minor number of a {@code dev_t}, as gnu_dev_minor(3) does. */
  static int minor(long device) {
    return (int) ((device & 0xff) | ((device >>> 12) & ~0xff));
  }

  /** Returns the {@code dev_t} of a device, as makedev(3) composes it. */
  private static long deviceNumber(int major, int minor) {
    return (minor & 0xffL)
        | (major & 0xfffL) << 8
        | (minor & 0xffff_ff00L) << 12
        | (major & 0xffff_f000L) << 32;
  }
}
