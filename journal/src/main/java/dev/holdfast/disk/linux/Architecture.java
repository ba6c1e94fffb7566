package dev.holdfast.disk.linux;

import java.util.Locale;

/**
 * What differs between machines: system call numbers ({@code <asm/unistd.h>}) and two open flags
 * ({@code <asm/fcntl.h>}). Structures and all other constants are the same on both.
 */
enum Architecture {
  X86_64(437, 332, 316, 217, 306, 0x10000, 0x20000),
  /** Written down from the kernel's headers; untested. */
  AARCH64(437, 291, 276, 61, 267, 0x4000, 0x8000);

  final int openat2;
  final int statx;
  final int renameat2;
  final int getdents64;
  final int syncfs;
  final int directoryFlag;
  final int noFollowFlag;

  Architecture(
      int openat2,
      int statx,
      int renameat2,
      int getdents64,
      int syncfs,
      int directoryFlag,
      int noFollowFlag) {
    this.openat2 = openat2;
    this.statx = statx;
    this.renameat2 = renameat2;
    this.getdents64 = getdents64;
    this.syncfs = syncfs;
    this.directoryFlag = directoryFlag;
    this.noFollowFlag = noFollowFlag;
  }

  /** Returns the machine that this runs on. */
  static Architecture current() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default ->
          throw new UnsupportedOperationException(
              "no system call numbers are known for "
                  + name
                  + "; add them to "
                  + Architecture.class);
    };
  }
}
