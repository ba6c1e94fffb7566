package dev.holdfast.disk.linux;

import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.Stat;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Finds out about the file system behind a descriptor: statfs(2), /proc/self/mountinfo. */
final class FileSystems {
  private static final byte[] DOT = {'.'};
  private static final int XFS_GEOMETRY_SIZE = 112;
  private static final int XFS_GEOMETRY_UUID = 64;
  private static final int UUID_SIZE = 16;

  private FileSystems() {}

  /** Returns the facts of the file system that the directory {@code fd} is on. */
  static FileSystemFacts facts(LibC libc, int fd, Stat stat) throws ErrnoException {
    LibC.Statfs statfs = libc.fstatfs(fd);
    Optional<MountInfo> found =
        MountInfo.find(SystemFile.read(libc, "/proc/self/mountinfo"), stat.mount());
    // A mount outside of our root directory (chroot) is not listed.
    MountInfo mount =
        found.orElseGet(() -> new MountInfo("0x" + Long.toHexString(statfs.f_type()), "", "", "?"));
    long free = libc.geteuid() == 0 ? statfs.f_bfree() : statfs.f_bavail();
    return new FileSystemFacts(
        identity(libc, fd, stat, statfs, mount),
        mount.type(),
        mount.options(),
        mount.mountPoint(),
        free * statfs.f_frsize(),
        statfs.f_files() == 0 ? Long.MAX_VALUE : statfs.f_ffree(),
        mount.isReadOnly());
  }

  /**
   * f_fsid comes from the UUID on ext4 and btrfs (where each subvolume has its own) and from the
   * device number on xfs, which a reboot may change: so xfs is asked for its UUID. Where there is
   * neither, as on NFS, what is mounted names it.
   */
  private static String identity(LibC libc, int fd, Stat stat, LibC.Statfs statfs, MountInfo mount)
      throws ErrnoException {
    if (mount.type().equals("xfs")) {
      int readable = libc.openat(fd, DOT, LibC.O_RDONLY | libc.directoryFlag() | LibC.O_CLOEXEC);
      try {
        byte[] geometry = new byte[XFS_GEOMETRY_SIZE];
        libc.ioctl(readable, LibC.XFS_IOC_FSGEOMETRY_V1, geometry);
        return HexFormat.of().formatHex(geometry, XFS_GEOMETRY_UUID, XFS_GEOMETRY_UUID + UUID_SIZE);
      } finally {
        Descriptor.close(libc, readable);
      }
    }
    if (statfs.f_fsid() != 0) {
      return HexFormat.of().toHexDigits(statfs.f_fsid());
    }
    String source = mount.type() + " " + mount.source() + " " + Long.toHexString(stat.device());
    return HexFormat.of().formatHex(source.getBytes(StandardCharsets.UTF_8));
  }
}
