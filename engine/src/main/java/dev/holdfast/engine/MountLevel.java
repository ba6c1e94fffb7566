package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemFacts;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The level that roots on a mount get, never overstated: L2 where a power cut keeps what a barrier
 * made durable, L1 where only a killed process is survived, none where updates cannot work.
 *
 * @param level {@code L1}, {@code L2} or {@code none}; {@code L3} is a layout, not a mount's
 * @param text what that means there
 * @param coveredByBarrier whether syncfs is known to make every file durable there, so that no file
 *     needs a sync of its own beside it: where the file system writes metadata behind the barrier,
 *     or sends it to another one, it is not
 */
record MountLevel(String level, String text, boolean coveredByBarrier) {
  private static final Set<String> JOURNALING = Set.of("ext4", "ext3", "xfs", "btrfs");
  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs", "devtmpfs", "rootfs");
  private static final Set<String> NETWORK =
      Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "afs", "ncpfs", "virtiofs");
  private static final Set<String> FAT = Set.of("vfat", "msdos", "exfat", "ntfs", "ntfs3");

  /** Whether a file system writes its own changes to a journal first. */
  enum Journaling {
    YES,
    NO,
    UNKNOWN
  }

  /** Returns the level of roots on the mount that {@code directory} is on. */
  static MountLevel of(Disk disk, Directory directory) throws DiskException {
    FileSystemFacts facts = directory.fileSystem();
    return of(facts, journaling(disk, facts, directory.stat().device()));
  }

  /** Returns the level for a file system. */
  static MountLevel of(FileSystemFacts facts, Journaling journaling) {
    String type = facts.type();
    if (MEMORY.contains(type)) {
      return killsOnly(type + " is memory: after a power cut or a reboot nothing is there");
    }
    if (type.equals("overlay") || type.equals("aufs")) {
      return killsOnly("a barrier on " + type + " need not reach the disk below it");
    }
    if (NETWORK.contains(type) || type.startsWith("fuse")) {
      return killsOnly(type + ": what a server or program does at a power cut is not ours to know");
    }
    if (FAT.contains(type) || type.equals("ext2")) {
      return killsOnly(type + " has no journal: a power cut can undo or double a rename");
    }
    if (!JOURNALING.contains(type)) {
      return killsOnly(type + " was never tested for power cuts");
    }
    if (journaling == Journaling.NO) {
      return killsOnly(type + " without a journal: a power cut can undo or double a rename");
    }
    if (hasNoBarriers(facts)) {
      return killsOnly("mounted without barriers: a power cut can lose what was called durable");
    }
    return new MountLevel(
        "L2",
        "atomic after crash and recovery, and for every reader that honours the gate"
            + (journaling == Journaling.UNKNOWN
                ? " (whether " + type + " has its journal here is not known)"
                : ""),
        journaling == Journaling.YES);
  }

  private static MountLevel killsOnly(String why) {
    return new MountLevel("L1", "for killed processes only, not for power cuts: " + why, false);
  }

  /** Returns whether the mount's options switch the device's flushes off. */
  static boolean hasNoBarriers(FileSystemFacts facts) {
    return Arrays.asList(facts.options().split(",", -1)).stream()
        .anyMatch(option -> option.equals("nobarrier") || option.equals("barrier=0"));
  }

  /** Returns whether the file system of {@code device} has a journal. */
  static Journaling journaling(Disk disk, FileSystemFacts facts, long device) {
    return switch (facts.type()) {
      case "xfs", "btrfs" -> Journaling.YES; // btrfs has none, and needs none: it copies on write.
      case "ext3" -> Journaling.YES;
      case "ext2" -> Journaling.NO;
      case "ext4" -> ext4(disk, device);
      default -> Journaling.UNKNOWN;
    };
  }

  /** The kernel names the task that writes the journal, or says that there is none. */
  private static Journaling ext4(Disk disk, long device) {
    Optional<String> task =
        SystemFiles.real(disk, AbsolutePath.of("/sys/dev/block/" + number(device)))
            .flatMap(block ->
                SystemFiles.text(
                    disk,
                    AbsolutePath.of("/sys/fs/ext4")
                        .resolve(block.name())
                        .resolve(EntryName.of("journal_task"))));
    return task.map(text -> text.startsWith("<none>") ? Journaling.NO : Journaling.YES)
        .orElse(Journaling.UNKNOWN);
  }

  /** Returns a device number as the kernel writes it in {@code /sys/dev/block}. */
  static String number(long device) {
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & ~0xfffL);
    long minor = (device & 0xff) | ((device >>> 12) & ~0xffL);
    return major + ":" + minor;
  }
}
