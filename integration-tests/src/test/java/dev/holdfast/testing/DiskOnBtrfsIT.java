package dev.holdfast.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The disk on btrfs. */
final class DiskOnBtrfsIT extends LoopDiskContract {

  @Override
  MountedFileSystem mount(Path folder) throws IOException {
    return MountedFileSystem.make(folder, 256, List.of("mkfs.btrfs", "-q"));
  }

  @Override
  String type() {
    return "btrfs";
  }

  @Override
  boolean hasReflinks() {
    return true;
  }
}
