package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks between open files, also of one process. */
interface LockContract extends DiskFixture {

  @Test
  default void anExclusiveLockKeepsEverybodyElseOut() throws Exception {
    write("lock", "");
    try (DiskLock held = lock(LockMode.EXCLUSIVE)) {
      assertThat(held).isNotNull();
      assertLocked(LockMode.EXCLUSIVE);
      assertLocked(LockMode.SHARED);
    }
    lock(LockMode.EXCLUSIVE).close();
  }

  @Test
  default void aSharedLockIsShared() throws Exception {
    write("lock", "");
    try (DiskLock first = lock(LockMode.SHARED)) {
      try (DiskLock second = lock(LockMode.SHARED)) {
        assertThat(second).isNotSameAs(first);
      }
      assertLocked(LockMode.EXCLUSIVE);
    }
    lock(LockMode.EXCLUSIVE).close();
  }

  private DiskLock lock(LockMode mode) throws Exception {
    return here().tryLock(name("lock"), mode).orElseThrow();
  }

  private void assertLocked(LockMode mode) throws Exception {
    Optional<DiskLock> lock = here().tryLock(name("lock"), mode);
    lock.ifPresent(DiskLock::close);
    assertThat(lock).isEmpty();
  }

  @Test
  default void givesTheLockedFileToReadAndWrite() throws Exception {
    write("lock", "nobody");
    try (DiskLock held = lock(LockMode.EXCLUSIVE)) {
      held.file().write(0, buffer("writer"));
      assertThat(read(held.file())).isEqualTo("writer");
      held.file().close();
      assertLocked(LockMode.SHARED);
    }
    assertThat(read("lock")).isEqualTo("writer");
  }

  @Test
  default void letsGoOnce() throws Exception {
    write("lock", "");
    DiskLock first = lock(LockMode.EXCLUSIVE);
    first.close();
    try (DiskLock second = lock(LockMode.EXCLUSIVE)) {
      first.close();
      assertThat(second).isNotNull();
      assertLocked(LockMode.SHARED);
    }
  }

  @Test
  default void locksTheInodeUnderAllItsNames() throws Exception {
    write("lock", "");
    try (Directory other = newDirectory("other")) {
      here().link(name("lock"), other, name("second"));
      try (DiskLock held = lock(LockMode.EXCLUSIVE)) {
        assertThat(held).isNotNull();
        assertThat(other.tryLock(name("second"), LockMode.SHARED)).isEmpty();
      }
    }
  }

  @Test
  default void locksWhateverHasTheNameNow() throws Exception {
    write("lock", "");
    write("new", "");
    try (DiskLock old = lock(LockMode.EXCLUSIVE)) {
      here().renameOver(name("new"), here(), name("lock"));
      try (DiskLock held = lock(LockMode.EXCLUSIVE)) {
        assertThat(held.file().stat().inode()).isEqualTo(stat("lock").inode());
        assertThat(held.file().stat().inode()).isNotEqualTo(old.file().stat().inode());
      }
    }
  }

  @Test
  @Timeout(20)
  default void locksExistingRegularFilesOnly() throws Exception {
    write("lock", "");
    symlink("link", "lock");
    newDirectory("directory").close();
    here().makeNode(name("fifo"), FileType.FIFO, 0600, 0);
    for (LockMode mode : LockMode.values()) {
      assertFails(DiskError.NOT_FOUND, () -> here().tryLock(name("missing"), mode));
      assertFails(DiskError.SYMLINK, () -> here().tryLock(name("link"), mode));
      assertFails(DiskError.OTHER, () -> here().tryLock(name("directory"), mode));
      assertFails(DiskError.OTHER, () -> here().tryLock(name("fifo"), mode));
    }
  }
}
