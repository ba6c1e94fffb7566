package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads what the kernel says of itself. */
final class SystemFiles {
  private SystemFiles() {}

  /** Returns a file's text, one char for each byte; empty where it cannot be read. */
  static Optional<String> text(Disk disk, AbsolutePath path) {
    try (Directory directory = disk.openDirectory(path.parent());
        DiskFile file = directory.openToRead(path.name());
        InputStream in = new DiskInputStream(file)) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Returns where a path leads; empty where it leads nowhere. */
  static Optional<AbsolutePath> real(Disk disk, AbsolutePath path) {
    try {
      return Optional.of(disk.realPath(path));
    } catch (DiskException _) {
      return Optional.empty();
    }
  }
}
