package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.linux.LinuxDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract of the disk on a file system made for it, and what can only be tested there. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MountedDiskContract extends DiskContract {
  private static final long MEBI = 1 << 20;

  private final Disk disk = LinuxDisk.create();

  @TempDir private Path outside;
  private MountedFileSystem mounted;
  private Path folder;

  /** Makes and mounts the file system. */
  abstract MountedFileSystem mount(Path folder) throws IOException;

  /** Returns the type that mountinfo shows. */
  abstract String type();

  /** Returns whether files can share blocks there. */
  abstract boolean hasReflinks();

  @BeforeAll
  void mountFileSystem(@TempDir Path images) throws IOException {
    mounted = mount(images);
    folder = Files.createDirectory(mounted.point().resolve("folder"));
  }

  @AfterAll
  void unmountFileSystem() {
    if (mounted != null) {
      mounted.close();
    }
  }

  /** Returns the file system under test. */
  final MountedFileSystem mounted() {
    return mounted;
  }

  @Override
  public final Disk disk() {
    return disk;
  }

  @Override
  public final AbsolutePath folder() {
    return AbsolutePath.of(folder.toString());
  }

  @Test
  void knowsWhatIsMountedWhere() throws Exception {
    FileSystemFacts facts = here().fileSystem();

    assertThat(facts.type()).isEqualTo(type());
    assertThat(facts.mountPoint()).isEqualTo(mounted.point().toString());
    assertThat(facts.options().split(",")).contains("rw");
    try (Directory other = disk.openDirectory(AbsolutePath.of(outside.toString()))) {
      assertThat(other.fileSystem().id()).isNotEqualTo(facts.id());
    }
  }

  @Test
  void findsHolesExactly() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(2 * MEBI, ByteBuffer.allocate((int) MEBI));
      file.truncate(5 * MEBI);
      file.sync();

      assertThat(file.nextData(0)).isEqualTo(2 * MEBI);
      assertThat(file.nextHole(0)).isZero();
      assertThat(file.nextHole(2 * MEBI)).isEqualTo(3 * MEBI);
      assertThat(file.nextData(3 * MEBI)).isEqualTo(5 * MEBI);
      assertThat(file.stat().allocated()).isBetween(MEBI, 4 * MEBI); // xfs allocates ahead
    }
  }

  @Test
  void sharesBlocksIfItCan() throws Exception {
    write("source", "contents".repeat(10_000));
    try (DiskFile source = here().openToRead(name("source"));
        DiskFile clone = here().create(name("clone"), 0600)) {
      assertThat(clone.cloneFrom(source)).isEqualTo(hasReflinks());
    }
  }

  @Test
  void movesNothingOutOfTheFileSystem() throws Exception {
    write("file", "text");
    try (Directory other = disk.openDirectory(AbsolutePath.of(outside.toString()))) {
      assertFails(DiskError.CROSS_DEVICE, () -> here().rename(name("file"), other, name("file")));
      assertFails(DiskError.CROSS_DEVICE, () -> here().link(name("file"), other, name("file")));
      write(other, "file", "other");
      assertFails(DiskError.CROSS_DEVICE, () -> here().exchange(name("file"), other, name("file")));
      try (DiskFile target = here().create(name("target"), 0644);
          DiskFile source = other.openToRead(name("file"))) {
        assertThat(target.cloneFrom(source)).isFalse();
      }
    }
    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  void saysWhenItIsFull() throws Exception {
    try (DiskFile file = here().create(name("file"), 0644)) {
      ByteBuffer block = ByteBuffer.allocateDirect((int) (4 * MEBI));
      assertFails(
          DiskError.NO_SPACE,
          () -> {
            for (long position = 0; position < 1000 * MEBI; position += block.capacity()) {
              file.write(position, block.clear());
            }
            file.sync();
          });
      file.truncate(0);
    }
  }

  @Test
  void refusesChangesWhenItIsReadOnly() throws Exception {
    write("file", "text");
    mounted.remount("ro");
    try {
      assertThat(here().fileSystem().readOnly()).isTrue();
      assertFails(DiskError.READ_ONLY, () -> here().create(name("new"), 0644));
      assertFails(DiskError.READ_ONLY, () -> here().unlink(name("file")));
      assertFails(DiskError.READ_ONLY, () -> here().rename(name("file"), here(), name("new")));
      assertFails(DiskError.READ_ONLY, () -> here().setMode(0700));
      assertFails(DiskError.READ_ONLY, () -> here().openToWrite(name("file")));
      assertThat(read("file")).isEqualTo("text");
    } finally {
      mounted.remount("rw");
    }
    assertThat(here().fileSystem().readOnly()).isFalse();
  }
}
