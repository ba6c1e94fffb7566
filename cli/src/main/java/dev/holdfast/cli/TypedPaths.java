package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.TypedPath;
import dev.holdfast.journal.ByteString;

/** Turns arguments into paths. */
final class TypedPaths {
  private TypedPaths() {}

  /** Returns what {@code argument} means to a process in this one's working directory. */
  static AbsolutePath resolve(Disk disk, ByteString argument) throws DiskException, UsageException {
    try {
      return TypedPath.resolve(disk, argument.bytes());
    } catch (IllegalArgumentException e) {
      throw new UsageException("not a path: " + e.getMessage());
    }
  }
}
