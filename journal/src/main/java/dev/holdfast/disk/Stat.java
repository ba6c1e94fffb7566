package dev.holdfast.disk;

import java.time.Instant;

/**
 * What statx(2) says of an inode at one moment.
 *
 * @param type the kind of entry
 * @param mode the permission bits with setuid, setgid and sticky: {@code 07777}
 * @param uid the owner
 * @param gid the group
 * @param size bytes of a file or of a symbolic link's target
 * @param links the number of hard links
 * @param deviceNumber of a device node (encoded as dev_t), else 0
 * @param modified mtime, to the nanosecond
 * @param changed ctime, to the nanosecond
 * @param born btime, or {@link Instant#EPOCH} where the file system has none
 * @param inode the inode number: unique on its device while the inode lives, reused afterwards
 * @param device the file system's st_dev: changes at a reboot, differs between btrfs subvolumes
 * @param mount the mount's id: differs where a bind mount or another mount begins
 * @param allocated bytes really allocated (st_blocks × 512)
 */
public record Stat(
    FileType type,
    int mode,
    int uid,
    int gid,
    long size,
    long links,
    long deviceNumber,
    Instant modified,
    Instant changed,
    Instant born,
    long inode,
    long device,
    long mount,
    long allocated) {

  /** Returns whether this is a directory. */
  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  /** Returns whether this is a regular file. */
  public boolean isFile() {
    return type == FileType.FILE;
  }

  /** Returns whether {@code other} is the same inode, as far as numbers can tell. */
  public boolean isSameInode(Stat other) {
    return inode == other.inode && device == other.device && born.equals(other.born);
  }
}
