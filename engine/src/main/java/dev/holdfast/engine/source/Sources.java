package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;

/** Opens what {@code apply} was given. */
public final class Sources {
  private Sources() {}

  /**
   * Opens a directory or an archive, or what the link of this name leads to.
   *
   * @throws RefusedException for anything else
   */
  public static TreeSource open(Disk disk, AbsolutePath path, TarSource.Options options)
      throws IOException {
    AbsolutePath real = disk.realPath(path);
    if (real.belowRoot().isEmpty()) {
      return DirectorySource.open(disk, real, options.excludes());
    }
    FileType type;
    try (Directory parent = disk.openDirectory(real.parent())) {
      type = parent.stat(real.name()).map(Stat::type).orElse(FileType.SOCKET);
    }
    return switch (type) {
      case DIRECTORY -> DirectorySource.open(disk, path, options.excludes());
      case FILE -> TarSource.open(disk, path, options);
      case SYMLINK, FIFO, CHARACTER_DEVICE, BLOCK_DEVICE, SOCKET ->
          throw new RefusedException(
              "cannot apply "
                  + path
                  + ": it is neither a directory nor an archive; a stream can be given as -");
    };
  }
}
