package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.linux.LinuxDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of the disk on the machine's own file system, and what only Linux itself can show.
 */
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

  @AfterEach
  void leavesNothingOpen() throws IOException {
    assertThat(openBelowFolder()).as("open files").containsOnly(folder.toString());
  }

  private List<String> openBelowFolder() throws IOException {
    List<String> open = new ArrayList<>();
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith(folder.toString())) {
            open.add(target);
          }
        } catch (IOException _) {
          // some other thread closed it
        }
      }
    }
    return open;
  }

  @Test
  void handsDownNoDescriptorToAProgram() throws Exception {
    write("file", "");
    try (Directory directory = newDirectory("directory");
        DiskFile file = here().openToWrite(name("file"));
        Entry entry = here().entry(name("file"));
        DiskLock lock = here().tryLock(name("file"), LockMode.SHARED).orElseThrow();
        AutoCloseable sync = here().openSync()) {
      assertThat(List.of(directory, file, entry, lock, sync)).hasSize(5);

      assertThat(Command.succeed("ls", "-l", "/proc/self/fd")).doesNotContain(folder.toString());
    }
  }

  @Test
  void anotherProcessSeesTheLock() throws Exception {
    write("lock", "");
    String path = folder.resolve("lock").toString();
    try (DiskLock lock = here().tryLock(name("lock"), LockMode.SHARED).orElseThrow()) {
      assertThat(lock).isNotNull();
      assertThat(Command.succeeds("flock", "-n", "-x", path, "true")).isFalse();
      assertThat(Command.succeeds("flock", "-n", "-s", path, "true")).isTrue();
    }
    assertThat(Command.succeeds("flock", "-n", "-x", path, "true")).isTrue();
  }

  @Test
  void aProgramThatOutlivesTheLockDoesNotHoldIt() throws Exception {
    write("lock", "");
    DiskLock lock = here().tryLock(name("lock"), LockMode.EXCLUSIVE).orElseThrow();
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      lock.close();
      here().tryLock(name("lock"), LockMode.EXCLUSIVE).orElseThrow().close();
    } finally {
      process.destroy();
    }
  }

  @Test
  void aNewEntryInheritsTheGroupOfASetgidDirectory() throws Exception {
    needsRoot();
    try (Directory directory = newDirectory("directory")) {
      directory.setOwner(0, 1234);
      directory.setMode(02775);
      directory.create(name("file"), 0640).close();
      directory.makeDirectory(name("below"), 02750);

      assertThat(directory.stat(name("file")).orElseThrow().gid()).isEqualTo(1234);
      assertThat(directory.stat(name("below")).orElseThrow().gid()).isEqualTo(1234);
    }
  }

  @Test
  void makesASocket() throws Exception {
    here().makeNode(name("socket"), FileType.SOCKET, 0660, 0);

    assertThat(stat("socket").type()).isEqualTo(FileType.SOCKET);
    assertThat(stat("socket").mode()).isEqualTo(0660);
    assertFails(DiskError.OTHER, () -> here().openToRead(name("socket")));
  }

  @Test
  void readsAndWritesBeyondFourGibibytes() throws Exception {
    long position = (5L << 30) + 1;
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.write(position, buffer("far away"));

      assertThat(file.size()).isEqualTo(position + 8);
      ByteBuffer contents = ByteBuffer.allocate(8);
      assertThat(file.read(position, contents)).isEqualTo(8);
      assertThat(contents.flip()).isEqualTo(buffer("far away"));
      assertThat(file.nextData(1 << 20)).isGreaterThan(4L << 30).isLessThanOrEqualTo(position);
    }
  }

  @Test
  void keepsAccessControlLists() throws Exception {
    byte[] list = accessControlList(0640);
    write("file", "");
    try (Entry file = here().entry(name("file"))) {
      file.setExtendedAttribute("system.posix_acl_access", list);

      assertThat(file.extendedAttributes().get("system.posix_acl_access")).isEqualTo(list);
    }
  }

  @Test
  void givesExactlyTheModeWhereADefaultAclSaysOtherwise() throws Exception {
    try (Directory directory = newDirectory("directory")) {
      directory.setExtendedAttribute("system.posix_acl_default", accessControlList(0640));
      directory.create(name("file"), 0666).close();
      directory.makeDirectory(name("below"), 01777);
      directory.makeNode(name("fifo"), FileType.FIFO, 0622, 0);

      assertThat(directory.stat(name("file")).orElseThrow().mode()).isEqualTo(0666);
      assertThat(directory.stat(name("below")).orElseThrow().mode()).isEqualTo(01777);
      assertThat(directory.stat(name("fifo")).orElseThrow().mode()).isEqualTo(0622);
    }
  }

  /** What {@code <linux/posix_acl_xattr.h>} describes: the mode's three classes and one user. */
  private static byte[] accessControlList(int mode) {
    int group = mode >> 3 & 7;
    int[][] entries = {
      {0x01, mode >> 6, -1},
      {0x02, group, 4711},
      {0x04, group, -1},
      {0x10, group, -1},
      {0x20, 0, -1}
    };
    ByteBuffer list = ByteBuffer.allocate(4 + 8 * entries.length).order(ByteOrder.LITTLE_ENDIAN);
    list.putInt(2); // POSIX_ACL_XATTR_VERSION
    for (int[] entry : entries) {
      list.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
    }
    return list.array();
  }

  @Test
  void keepsCapabilitiesUntilTheOwnerChanges() throws Exception {
    needsRoot();
    ByteBuffer capability = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    capability.putInt(0x02000001).putInt(1 << 13); // VFS_CAP_REVISION_2, effective; CAP_NET_RAW
    try (DiskFile file = here().create(name("file"), 0755)) {
      file.setExtendedAttribute("security.capability", capability.array());
      assertThat(file.extendedAttributes().get("security.capability"))
          .isEqualTo(capability.array());

      file.setOwner(1, 1);
      assertThat(file.extendedAttributes()).doesNotContainKey("security.capability");
    }
  }

  @Test
  void showsAttributesOfEveryNamespace() throws Exception {
    needsRoot();
    write("file", "");
    try (Entry file = here().entry(name("file"))) {
      file.setExtendedAttribute("trusted.overlay.opaque", new byte[] {'y'});
      file.setExtendedAttribute("security.holdfast", new byte[] {1});
      file.setExtendedAttribute("user.x", new byte[] {2});

      assertThat(file.extendedAttributes())
          .containsKeys("trusted.overlay.opaque", "security.holdfast", "user.x");
    }
  }
}
