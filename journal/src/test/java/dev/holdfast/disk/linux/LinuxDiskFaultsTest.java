package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.LockMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the real disk does when system calls fail, fall short or are overtaken. */
final class LinuxDiskFaultsTest {
  private final FaultyLibC libc = new FaultyLibC();
  private final Disk disk = new LinuxDisk(libc.library());
  private final EntryName name = EntryName.of("file");
  private final EntryName other = EntryName.of("other");

  @TempDir private Path folder;
  private Directory here;

  @BeforeEach
  void openFolder() throws DiskException {
    here = disk.openDirectory(AbsolutePath.of(folder.toString()));
    here.create(name, 0644).close();
    here.create(other, 0644).close();
  }

  @AfterEach
  void closeFolder() {
    here.close();
    assertThat(libc.openCount()).as("open descriptors").isZero();
  }

  private static void assertFails(DiskError reason, ThrowingCallable call) {
    assertThatExceptionOfType(DiskException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.error()).isEqualTo(reason));
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void goesOnAfterAShortWrite() throws Exception {
    libc.limitTransfers(3);
    try (DiskFile file = here.openToWrite(name)) {
      ByteBuffer source = buffer("0123456789");
      file.write(2, source);

      assertThat(source.hasRemaining()).isFalse();
      assertThat(Collections.frequency(libc.calls(), "pwrite")).isEqualTo(4);
      libc.limitTransfers(100);
      ByteBuffer contents = ByteBuffer.allocate(12);
      assertThat(file.read(0, contents)).isEqualTo(12);
      assertThat(contents.flip()).isEqualTo(buffer("\0\0" + "0123456789"));
    }
  }

  @Test
  void triesAnInterruptedTransferAgain() throws Exception {
    try (DiskFile file = here.openToWrite(name)) {
      libc.fail("pwrite", Errno.EINTR, 3);
      file.write(0, buffer("text"));
      libc.fail("pread", Errno.EINTR, 3);

      assertThat(file.read(0, ByteBuffer.allocate(10))).isEqualTo(4);
    }
  }

  @Test
  void reportsWhatAWriteCouldNotDo() throws Exception {
    try (DiskFile file = here.openToWrite(name)) {
      libc.fail("pwrite", Errno.ENOSPC, 1);
      assertFails(DiskError.NO_SPACE, () -> file.write(0, buffer("text")));
      libc.fail("pread", Errno.EIO, 1);
      assertFails(DiskError.IO, () -> file.read(0, buffer("text")));
    }
  }

  @Test
  void neverRepeatsAFailedBarrier() throws Exception {
    for (Errno errno : new Errno[] {Errno.EIO, Errno.EINTR, Errno.ENOSPC}) {
      libc.fail("syncfs", errno, 1);
      try (FileSystemSync sync = here.openSync()) {
        assertFails(errno.error(), sync::sync);
      }
      libc.fail("fsync", errno, 1);
      assertFails(errno.error(), here::sync);
      libc.fail("fdatasync", errno, 1);
      try (DiskFile file = here.openToWrite(name)) {
        assertFails(errno.error(), file::sync);
      }
    }
    assertThat(libc.calls()).filteredOn(call -> call.contains("sync")).hasSize(9);
  }

  @Test
  void opensAgainWhenARenameConfusedTheKernel() throws Exception {
    libc.fail("openat2", Errno.EAGAIN, 10);

    here.openToRead(name).close();
  }

  @Test
  void givesUpOpeningInTheEnd() {
    libc.fail("openat2", Errno.EAGAIN, Integer.MAX_VALUE);

    assertFails(DiskError.BUSY, () -> here.openToRead(name));
  }

  @Test
  void saysWhenTheKernelIsTooOld() {
    libc.fail("openat2", Errno.ENOSYS, 1);

    assertThatExceptionOfType(DiskException.class)
        .isThrownBy(() -> here.openToRead(name))
        .withMessageContaining("Linux 5.8")
        .satisfies(e -> assertThat(e.error()).isEqualTo(DiskError.UNSUPPORTED));
  }

  @Test
  void knowsAFileSystemWithoutTheRenamesWeNeed() {
    libc.fail("renameat2", Errno.EINVAL, 1);
    assertFails(DiskError.UNSUPPORTED, () -> here.exchange(name, here, other));
    libc.fail("renameat2", Errno.EINVAL, 1);
    assertFails(DiskError.UNSUPPORTED, () -> here.rename(name, here, EntryName.of("new")));
  }

  @Test
  void distinguishesTheMountOnTheWayFromTwoFileSystems() {
    libc.fail("openat2", Errno.EXDEV, 1);
    assertFails(DiskError.CROSSES_MOUNT, () -> here.directory(name));
    libc.fail("renameat2", Errno.EXDEV, 1);
    assertFails(DiskError.CROSS_DEVICE, () -> here.exchange(name, here, other));
    libc.fail("linkat", Errno.EXDEV, 1);
    assertFails(DiskError.CROSS_DEVICE, () -> here.link(name, here, EntryName.of("new")));
  }

  @Test
  void understandsHowXfsSaysNotEmpty() {
    libc.fail("renameat", Errno.EEXIST, 1);
    assertFails(DiskError.NOT_EMPTY, () -> here.renameOver(name, here, other));
    libc.fail("unlinkat", Errno.EEXIST, 1);
    assertFails(DiskError.NOT_EMPTY, () -> here.removeDirectory(name));
  }

  @Test
  void doesWithoutReflinksWhereThereAreNone() throws Exception {
    try (DiskFile source = here.openToRead(name);
        DiskFile target = here.openToWrite(other)) {
      for (Errno errno : new Errno[] {Errno.EOPNOTSUPP, Errno.ENOTTY, Errno.EXDEV, Errno.EINVAL}) {
        libc.fail("ioctl", errno, 1);
        assertThat(target.cloneFrom(source)).isFalse();
      }
      libc.fail("ioctl", Errno.EIO, 1);
      assertFails(DiskError.IO, () -> target.cloneFrom(source));
    }
  }

  @Test
  void hasNoAttributesWhereTheFileSystemHasNone() throws Exception {
    libc.fail("listxattr", Errno.EOPNOTSUPP, 1);

    assertThat(here.extendedAttributes()).isEmpty();
  }

  @Test
  void refusesAttributeNamesThatAreNoText() {
    libc.answer("listxattr", new byte[] {'u', 's', 'e', 'r', '.', (byte) 0xff, 0});

    assertThatExceptionOfType(DiskException.class)
        .isThrownBy(here::extendedAttributes)
        .withMessageContaining("\"user.\\377\"");
  }

  @Test
  void forgetsAnAttributeThatIsRemovedWhileItReads() throws Exception {
    libc.answer("listxattr", "user.gone\0".getBytes(StandardCharsets.US_ASCII));

    assertThat(here.extendedAttributes()).isEmpty();
  }

  @Test
  void locksTheFileThatTookThePlaceOfTheOneItOpened() throws Exception {
    boolean[] replaced = {false};
    libc.intercept((function, _) -> {
      if (function.equals("flock") && !replaced[0]) {
        replaced[0] = true;
        try {
          here.renameOver(other, here, name);
        } catch (DiskException e) {
          throw new AssertionError(e);
        }
      }
    });
    try (DiskLock lock = here.tryLock(name, LockMode.EXCLUSIVE).orElseThrow()) {
      assertThat(lock.file().stat()).isEqualTo(here.stat(name).orElseThrow());
      assertThat(here.tryLock(name, LockMode.SHARED)).isEmpty();
    }
  }

  @Test
  void sharesALockFileThatItMayOnlyRead() throws Exception {
    libc.fail("openat2", Errno.EACCES, 1);
    here.tryLock(name, LockMode.SHARED).orElseThrow().close();

    libc.fail("openat2", Errno.EACCES, 1);
    assertFails(DiskError.DENIED, () -> here.tryLock(name, LockMode.EXCLUSIVE));
  }
}
