package dev.holdfast.testing;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;

/** Says of an inode what statx(2) would. */
final class Stats {
  private static final int DIRECTORY_SIZE = 4096;

  private Stats() {}

  static Stat of(Machine machine, int volume, Inode inode) {
    Inode.Attributes attributes = inode.attributes();
    Inode.Identity identity = inode.identity();
    return new Stat(
        identity.type(),
        attributes.mode(),
        attributes.uid(),
        attributes.gid(),
        sizeOf(inode),
        linksOf(inode),
        identity.deviceNumber(),
        attributes.modified(),
        attributes.changed(),
        identity.born(),
        identity.number(),
        deviceOf(machine, volume),
        mountOf(machine, volume),
        inode.isDirectory() ? DIRECTORY_SIZE : inode.content().allocated());
  }

  private static long sizeOf(Inode inode) {
    FileType type = inode.type();
    return type == FileType.DIRECTORY
        ? DIRECTORY_SIZE
        : type == FileType.SYMLINK ? inode.identity().target().length() : inode.content().size();
  }

  private static long linksOf(Inode inode) {
    return inode.isDirectory() && inode.links() > 0 ? 2 + inode.subdirectories() : inode.links();
  }

  /** Returns st_dev, which is another one after every boot, as on a loop device. */
  static long deviceOf(Machine machine, int volume) {
    return 0x700 + machine.state().boot() * 16L % 0x100 + volume;
  }

  static long mountOf(Machine machine, int volume) {
    return 21 + machine.state().boot() * 64L + volume;
  }
}
