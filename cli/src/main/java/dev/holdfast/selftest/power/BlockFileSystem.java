package dev.holdfast.selftest.power;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file system and how it is made and mounted here. */
public enum BlockFileSystem {
  EXT4("ext4", "ext4", 64, "defaults", false, "-F -E lazy_itable_init=0,nodiscard"),
  /** Without the guess that a rename over a file means that its contents should be there first. */
  EXT4_NO_AUTO_DA_ALLOC(
      "ext4-noauto_da_alloc",
      "ext4",
      64,
      "noauto_da_alloc",
      false,
      "-F -E lazy_itable_init=0,nodiscard"),
  /** The least that mkfs.xfs makes. */
  XFS("xfs", "xfs", 300, "nouuid,nodiscard", false, "-f -K"),
  /** Its fsync writes a log of the one file; only a transaction brings the other changes along. */
  BTRFS("btrfs", "btrfs", 256, "nodiscard", true, "-f -K");

  private final String title;
  private final String type;
  private final int megabytes;
  private final String mountOptions;
  private final boolean committedBySyncOnly;
  private final String makeOptions;

  BlockFileSystem(
      String title,
      String type,
      int megabytes,
      String mountOptions,
      boolean committedBySyncOnly,
      String makeOptions) {
    this.title = title;
    this.type = type;
    this.megabytes = megabytes;
    this.mountOptions = mountOptions;
    this.committedBySyncOnly = committedBySyncOnly;
    this.makeOptions = makeOptions;
  }

  /** Returns the file system of this name. */
  public static BlockFileSystem named(String name) {
    return Arrays.stream(values())
        .filter(each -> each.title.equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no file system " + name));
  }

  /** Returns the command that makes it. */
  String makeCommand() {
    return "mkfs." + type;
  }

  String type() {
    return type;
  }

  String mountOptions() {
    return mountOptions;
  }

  /** Returns whether a neighbour's fsync leaves everybody else's changes in memory. */
  boolean isCommittedBySyncOnly() {
    return committedBySyncOnly;
  }

  long bytes() {
    return megabytes * (1L << 20);
  }

  /** Makes an empty one in a new, sparse file. */
  void make(Path file) throws IOException {
    Files.deleteIfExists(file);
    try (var empty = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      empty.setLength(bytes());
    }
    List<String> command = new ArrayList<>(List.of(makeCommand(), "-q"));
    command.addAll(List.of(makeOptions.split(" ", -1)));
    command.add(file.toString());
    Shell.succeed(command);
  }

  @Override
  public String toString() {
    return title;
  }
}
