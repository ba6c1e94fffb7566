package dev.holdfast.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The disk on ext4. */
final class DiskOnExt4IT extends LoopDiskContract {

  @Override
  MountedFileSystem mount(Path folder) throws IOException {
    return MountedFileSystem.make(folder, 64, List.of("mkfs.ext4", "-q", "-b", "4096"));
  }

  @Override
  String type() {
    return "ext4";
  }

  @Override
  boolean hasReflinks() {
    return false;
  }
}
