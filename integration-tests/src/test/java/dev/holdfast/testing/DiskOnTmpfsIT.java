package dev.holdfast.testing;

import java.io.IOException;
import java.nio.file.Path;

/** The disk on tmpfs. */
final class DiskOnTmpfsIT extends MountedDiskContract {

  @Override
  MountedFileSystem mount(Path folder) throws IOException {
    return MountedFileSystem.inMemory(folder, 64);
  }

  @Override
  String type() {
    return "tmpfs";
  }

  @Override
  boolean hasReflinks() {
    return false;
  }
}
