package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.FileSystemFacts;
import org.junit.jupiter.api.Test;

/** What a file system in an image keeps when the image is mounted again, as after a reboot. */
abstract class LoopDiskContract extends MountedDiskContract {

  @Test
  void keepsItsIdentityOnAnotherDevice() throws Exception {
    FileSystemFacts before = here().fileSystem();
    here().close();

    mounted().moveToAnotherDevice();

    try (Directory again = disk().openDirectory(folder())) {
      assertThat(again.fileSystem().id()).isEqualTo(before.id());
    }
    openFolder();
  }
}
