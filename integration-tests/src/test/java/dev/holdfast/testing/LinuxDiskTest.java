package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the disk on the machine's own file system. */
final class LinuxDiskTest extends DiskContract {
  private static final Disk DISK = LinuxDisk.create();

  @TempDir private Path folder;

  @Override
  public Disk disk() {
    return DISK;
  }

  @Override
  public AbsolutePath folder() {
    return AbsolutePath.of(folder.toString());
  }
}
