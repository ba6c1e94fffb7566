package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  /** xfs lists an ACL for root under a second name, which goes with the first. */
  @Test
  void anAclIsOneAttribute() throws DiskException {
    byte[] acl =
        HexFormat.of()
            .parseHex(
                "02000000"
                    + "01000600ffffffff" // the owner
                    + "0200040005000000" // user 5
                    + "04000400ffffffff" // the group
                    + "10000400ffffffff" // the mask
                    + "20000400ffffffff"); // others
    try (Directory directory = disk().openDirectory(folder());
        DiskFile file = directory.create(name("acl"), 0644)) {
      file.setExtendedAttribute("system.posix_acl_access", acl);
      assertThat(file.extendedAttributes()).containsOnlyKeys("system.posix_acl_access");
      file.removeExtendedAttribute("system.posix_acl_access");
      assertThat(file.extendedAttributes()).isEmpty();
    }
  }
}
