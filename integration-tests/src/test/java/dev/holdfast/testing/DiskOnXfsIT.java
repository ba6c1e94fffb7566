package dev.holdfast.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The disk on xfs. */
final class DiskOnXfsIT extends LoopDiskContract {

  @Override
  MountedFileSystem mount(Path folder) throws IOException {
    return MountedFileSystem.make(folder, 320, List.of("mkfs.xfs", "-q"));
  }

  @Override
  String type() {
    return "xfs";
  }

  @Override
  boolean hasReflinks() {
    return true;
  }
}
