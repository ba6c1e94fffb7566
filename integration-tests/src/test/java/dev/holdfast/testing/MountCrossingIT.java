package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mounts below a directory are seen, and nothing leads into them. */
final class MountCrossingIT implements DiskFixture {
  private final Disk disk = LinuxDisk.create();

  @TempDir private Path folder;
  private Directory here;

  @BeforeEach
  void mount() throws Exception {
    Files.createDirectories(folder.resolve("real/sub"));
    Files.createDirectory(folder.resolve("bound"));
    Files.writeString(folder.resolve("real/file"), "text");
    Files.createFile(folder.resolve("boundFile"));
    here = disk.openDirectory(folder());
    assumeTrue(bind("real", "bound"), "cannot mount");
    assumeTrue(bind("real/file", "boundFile"), "cannot mount");
  }

  private boolean bind(String from, String to) {
    return Command.succeeds(
        "mount", "--bind", folder.resolve(from).toString(), folder.resolve(to).toString());
  }

  @AfterEach
  void unmount() {
    here.close();
    for (String point : new String[] {"bound", "boundFile"}) {
      Command.run(java.util.List.of("umount", folder.resolve(point).toString()));
    }
  }

  @Override
  public Disk disk() {
    return disk;
  }

  @Override
  public AbsolutePath folder() {
    return AbsolutePath.of(folder.toString());
  }

  @Override
  public Directory here() {
    return here;
  }

  @Test
  void opensNothingInAnotherMount() {
    assertCrosses(() -> here.directory(name("bound")));
    assertCrosses(() -> here.directory(RelativePath.of("bound/sub")));
    assertCrosses(() -> here.entry(name("bound")));
    assertCrosses(() -> here.entry(name("boundFile")));
    assertCrosses(() -> here.openToRead(name("boundFile")));
    assertCrosses(() -> here.openToWrite(name("boundFile")));
  }

  private void assertCrosses(ThrowingCallable call) {
    assertFails(DiskError.CROSSES_MOUNT, call);
  }

  @Test
  void showsWhereAMountBegins() throws Exception {
    assertThat(stat("bound").mount()).isNotEqualTo(here.stat().mount());
    assertThat(stat("bound").device()).isEqualTo(here.stat().device());
    assertThat(stat("bound").inode()).isEqualTo(stat("real").inode());
    assertThat(stat("boundFile").mount()).isNotEqualTo(here.stat().mount());
    assertThat(stat("real").mount()).isEqualTo(here.stat().mount());
  }

  @Test
  void opensAMountByItsPathAndCannotMoveOutOfIt() throws Exception {
    EntryName file = name("file");
    try (Directory bound = disk.openDirectory(folder().resolve(name("bound")))) {
      assertThat(read(bound, "file")).isEqualTo("text");
      assertFails(DiskError.CROSS_DEVICE, () -> bound.rename(file, here, name("moved")));
      assertFails(DiskError.CROSS_DEVICE, () -> bound.exchange(file, here, name("boundFile")));
      assertFails(DiskError.CROSS_DEVICE, () -> bound.link(file, here, name("linked")));
      assertThat(bound.fileSystem().id()).isEqualTo(here.fileSystem().id());
      assertThat(bound.fileSystem().mountPoint()).endsWith("/bound");
    }
  }

  @Test
  void leavesAMountPointWhereItIs() {
    assertFails(DiskError.BUSY, () -> here.removeDirectory(name("bound")));
    assertFails(DiskError.BUSY, () -> here.unlink(name("boundFile")));
    assertFails(DiskError.BUSY, () -> here.rename(name("bound"), here, name("moved")));
    assertFails(DiskError.BUSY, () -> here.exchange(name("bound"), here, name("real")));
  }
}
