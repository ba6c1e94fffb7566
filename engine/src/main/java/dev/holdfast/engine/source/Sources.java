package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Opens what {@code apply} was given. */
public final class Sources {
  private Sources() {}

  /**
   * Returns how an archive is read that {@code target}, or what is to be made there, is to equal.
   *
   * @param excludes rsync's patterns of what is left out
   * @param strip leading components to drop from names
   * @param now the time of directories that the archive only implies
   * @throws IllegalArgumentException if a pattern is none
   */
  public static TarSource.Options options(
      Disk disk, AbsolutePath target, List<ByteString> excludes, int strip, Instant now)
      throws IOException {
    ArchiveLimits limits;
    try (Directory place = existing(disk, target)) {
      limits = ArchiveLimits.of(place.fileSystem());
    }
    return new TarSource.Options(
        Excludes.of(excludes), strip, limits, new LocalAccounts(disk), disk.host(), now);
  }

  private static Directory existing(Disk disk, AbsolutePath target) throws DiskException {
    try {
      return disk.openDirectory(target);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND || target.belowRoot().isEmpty()) {
        throw e;
      }
      return disk.openDirectory(target.parent());
    }
  }

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
