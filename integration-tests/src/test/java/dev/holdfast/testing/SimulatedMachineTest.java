package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.PowerCut.Mode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Processes, mounts, locks, inode numbers and times of the simulated machine. */
final class SimulatedMachineTest {
  private static final AbsolutePath SRV = AbsolutePath.of("/srv");
  private static final EntryName A = EntryName.of("a");
  private static final EntryName B = EntryName.of("b");

  private final SimulatedDisk disk =
      SimulatedDisk.builder().mount("/srv").mount("/srv/sub").build();

  @Test
  void aKilledProcessCanDoNothingMore() throws DiskException {
    Directory srv = disk.openDirectory(SRV);
    DiskFile file = srv.create(A, 0644);
    SimulatedDisk next = disk.kill();

    assertThatExceptionOfType(ProcessKilled.class).isThrownBy(() -> file.write(0, bytes(1)));
    assertThatExceptionOfType(ProcessKilled.class).isThrownBy(() -> srv.unlink(A));
    assertThatExceptionOfType(ProcessKilled.class).isThrownBy(() -> disk.openDirectory(SRV));
    file.close();
    assertThat(disk.isDead()).isTrue();
    assertThat(disk.openHandles()).isEmpty();
    try (Directory again = next.openDirectory(SRV)) {
      assertThat(again.list()).contains(A);
    }
  }

  @Test
  void aKillThenAPowerCutLosesWhatWasCached() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.create(A, 0644).close();
    }
    SimulatedDisk killed = disk.kill();
    try (Directory srv = killed.openDirectory(SRV)) {
      assertThat(srv.stat(A)).isPresent();
    }
    try (Directory srv = killed.powerCut(new PowerCut(Mode.NONE, 0)).openDirectory(SRV)) {
      assertThat(srv.stat(A)).isEmpty();
    }
  }

  @Test
  void locksEndWithTheirProcess() throws DiskException {
    SimulatedDisk other = disk.newProcess();
    try (Directory srv = disk.openDirectory(SRV);
        Directory theirs = other.openDirectory(SRV)) {
      srv.create(A, 0644).close();
      DiskLock held = srv.tryLock(A, LockMode.EXCLUSIVE).orElseThrow();
      assertThat(theirs.tryLock(A, LockMode.SHARED)).isEmpty();
      disk.kill();
      assertThat(theirs.tryLock(A, LockMode.EXCLUSIVE)).isPresent();
      held.close();
      assertThat(theirs.tryLock(A, LockMode.EXCLUSIVE)).isEmpty();
    }
  }

  @Test
  void oneProcessOutlivesAnother() throws DiskException {
    SimulatedDisk other = disk.newProcess();
    disk.kill();
    try (Directory srv = other.openDirectory(SRV)) {
      srv.makeDirectory(A, 0755);
    }
    assertThat(other.host().processId()).isNotEqualTo(disk.kill().host().processId());
  }

  @Test
  void anInodeNumberIsUsedAgainAtOnceButNotTheInode() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.create(A, 0644).close();
      Stat first = srv.stat(A).orElseThrow();
      srv.unlink(A);
      disk.advance(Duration.ofSeconds(1));
      srv.create(B, 0644).close();
      Stat second = srv.stat(B).orElseThrow();

      assertThat(second.inode()).isEqualTo(first.inode());
      assertThat(second.isSameInode(first)).isFalse();
    }
  }

  @Test
  void anOpenFileKeepsItsInodeNumber() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV);
        DiskFile open = srv.create(A, 0644)) {
      srv.unlink(A);
      srv.create(B, 0644).close();

      assertThat(srv.stat(B).orElseThrow().inode()).isNotEqualTo(open.stat().inode());
    }
  }

  @Test
  void aRebootChangesBootIdDeviceAndMountButNotTheFileSystemsId() throws DiskException {
    SimulatedDisk after = disk.fork().powerCut(new PowerCut(Mode.ALL, 0));
    try (Directory before = disk.openDirectory(SRV);
        Directory now = after.openDirectory(SRV)) {
      assertThat(after.host().bootId()).isNotEqualTo(disk.host().bootId());
      assertThat(after.host().machineId()).isEqualTo(disk.host().machineId());
      assertThat(now.stat().device()).isNotEqualTo(before.stat().device());
      assertThat(now.stat().mount()).isNotEqualTo(before.stat().mount());
      assertThat(now.stat().inode()).isEqualTo(before.stat().inode());
      assertThat(now.fileSystem().id()).isEqualTo(before.fileSystem().id());
    }
  }

  @Test
  void aMountIsCrossedByPathAndNeverFromADirectory() throws DiskException {
    EntryName sub = EntryName.of("sub");
    try (Directory srv = disk.openDirectory(SRV);
        Directory mounted = disk.openDirectory(SRV.resolve(sub))) {
      assertThat(srv.stat(sub).orElseThrow()).isEqualTo(mounted.stat());
      assertThat(mounted.stat().device()).isNotEqualTo(srv.stat().device());
      assertThat(mounted.fileSystem().id()).isNotEqualTo(srv.fileSystem().id());
      assertThat(mounted.fileSystem().mountPoint()).isEqualTo("/srv/sub");
      assertFails(DiskError.CROSSES_MOUNT, () -> srv.directory(sub));
      assertFails(DiskError.CROSSES_MOUNT, () -> srv.directory(RelativePath.of("sub/x")));
      assertFails(DiskError.CROSSES_MOUNT, () -> srv.entry(sub));
      assertFails(DiskError.BUSY, () -> srv.removeDirectory(sub));
      assertFails(DiskError.BUSY, () -> srv.rename(sub, srv, A));
      srv.create(A, 0644).close();
      assertFails(DiskError.CROSS_DEVICE, () -> srv.rename(A, mounted, A));
      assertFails(DiskError.CROSS_DEVICE, () -> srv.link(A, mounted, A));
    }
  }

  @Test
  void anUnmountedFileSystemLeavesAnEmptyDirectory() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.create(A, 0644).close();
    }
    disk.change("/srv", facts -> facts.mounted(false));
    try (Directory srv = disk.openDirectory(SRV)) {
      assertThat(srv.list()).isEmpty();
    }
  }

  @Test
  void aReadOnlyFileSystemRefusesEveryChange() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.create(A, 0644).close();
      disk.change("/srv", facts -> facts.readOnly(true));

      assertFails(DiskError.READ_ONLY, () -> srv.create(B, 0644));
      assertFails(DiskError.READ_ONLY, () -> srv.unlink(A));
      assertFails(DiskError.READ_ONLY, () -> srv.rename(A, srv, B));
      assertFails(DiskError.READ_ONLY, () -> srv.openToWrite(A));
      assertFails(DiskError.READ_ONLY, () -> srv.setMode(0700));
      assertFails(DiskError.READ_ONLY, () -> srv.tryLock(A, LockMode.EXCLUSIVE));
      assertThat(srv.tryLock(A, LockMode.SHARED)).isPresent();
      assertThat(srv.fileSystem().readOnly()).isTrue();
    }
  }

  @Test
  void aFullFileSystemTakesAPartAndAPowerCutFreesWhatWasNotKept() throws DiskException {
    disk.change("/srv", facts -> facts.capacity(3 * 4096));
    try (Directory srv = disk.openDirectory(SRV);
        DiskFile file = srv.create(A, 0644)) {
      assertFails(DiskError.NO_SPACE, () -> file.write(0, bytes(20_000)));
      assertThat(file.size()).isEqualTo(3 * 4096);
      assertThat(srv.fileSystem().freeBytes()).isZero();
      file.write(0, bytes(100));
      file.truncate(1);
      assertThat(srv.fileSystem().freeBytes()).isEqualTo(2 * 4096);
    }
    try (Directory srv = disk.powerCut(new PowerCut(Mode.NONE, 0)).openDirectory(SRV)) {
      assertThat(srv.fileSystem().freeBytes()).isEqualTo(3 * 4096);
    }
  }

  @Test
  void inodesRunOut() throws DiskException {
    disk.change("/srv", facts -> facts.maxInodes(3));
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.create(A, 0644).close(); // the third, after the root and the mount point
      assertFails(DiskError.NO_SPACE, () -> srv.create(B, 0644));
      srv.unlink(A);
      srv.create(B, 0644).close();
    }
  }

  @Test
  void timesChangeAsLinuxChangesThem() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.makeDirectory(EntryName.of("one"), 0755);
      srv.makeDirectory(EntryName.of("two"), 0755);
      try (Directory one = srv.directory(EntryName.of("one"));
          Directory two = srv.directory(EntryName.of("two"))) {
        one.create(A, 0644).close();
        two.create(B, 0644).close();
        Stat a = one.stat(A).orElseThrow();
        Instant moved = later();
        one.exchange(A, two, B);

        assertThat(one.stat().modified()).isAfterOrEqualTo(moved);
        assertThat(two.stat().changed()).isAfterOrEqualTo(moved);
        assertThat(two.stat(B).orElseThrow().modified()).isEqualTo(a.modified());
        assertThat(two.stat(B).orElseThrow().changed()).isAfterOrEqualTo(moved);
        assertThat(one.stat(A).orElseThrow().changed()).isAfterOrEqualTo(moved);

        Instant linked = later();
        two.link(B, one, B);
        assertThat(one.stat(B).orElseThrow().changed()).isAfterOrEqualTo(linked);
        assertThat(two.stat().modified()).isBefore(linked);
      }
      assertThat(srv.stat().links()).isEqualTo(5); // with the mount point
    }
  }

  private Instant later() {
    disk.advance(Duration.ofSeconds(1));
    return disk.clock().instant().truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
  }

  @Test
  void twoChangesWithinATickHaveTheSameTime() throws DiskException {
    try (Directory srv = disk.openDirectory(SRV);
        DiskFile file = srv.create(A, 0644)) {
      disk.advance(Duration.ofMillis(4 - disk.clock().instant().toEpochMilli() % 4));
      file.write(0, bytes(1));
      Instant first = file.stat().modified();
      file.write(0, bytes(1));
      assertThat(file.stat().modified()).isEqualTo(first);
    }
  }

  @Test
  void anOwnersChangeAndAWriteTakeCapabilitiesAway() throws DiskException {
    String capability = "security.capability";
    try (Directory srv = disk.openDirectory(SRV);
        DiskFile file = srv.create(A, 0644)) {
      file.setExtendedAttribute(capability, new byte[20]);
      file.setOwner(1, 1);
      assertThat(file.extendedAttributes()).isEmpty();
      file.setExtendedAttribute(capability, new byte[20]);
      file.write(0, bytes(1));
      assertThat(file.extendedAttributes()).isEmpty();
    }
  }

  @Test
  void resolvesLinksAndDotsAcrossMounts() throws DiskException {
    try (Directory root = disk.openDirectory(AbsolutePath.ROOT)) {
      root.makeSymbolicLink(
          A, "srv/../srv/./sub".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      root.makeSymbolicLink(B, "/b".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    assertThat(disk.realPath(AbsolutePath.of("/a"))).isEqualTo(AbsolutePath.of("/srv/sub"));
    assertFails(DiskError.SYMLINK, () -> disk.realPath(AbsolutePath.of("/b")));
  }

  @Test
  void aPowerCutEndsEveryProcess() {
    SimulatedDisk other = disk.newProcess();
    disk.powerCut(new PowerCut(Mode.ALL, 0));

    assertThat(other.isDead()).isTrue();
  }

  @Test
  void aFileSystemComesBackFromABackupAloneAndOnAnotherMachine() throws DiskException {
    SimulatedDisk backup = disk.fork();
    try (Directory srv = disk.openDirectory(SRV);
        Directory sub = disk.openDirectory(AbsolutePath.of("/srv/sub"))) {
      srv.makeDirectory(A, 0755);
      sub.makeDirectory(B, 0755);
    }
    SimulatedDisk restored = disk.restored("/srv/sub", backup).onMachine("another");

    assertThat(restored.host().machineId()).isEqualTo("another");
    assertThat(disk.host().machineId()).isNotEqualTo("another");
    assertThat(DirectoryTree.of(restored, "/srv").names()).contains(A);
    assertThat(DirectoryTree.of(restored, "/srv/sub").names()).isEmpty();
  }

  @Test
  void saysWhatWasLeftOpen() throws DiskException {
    Directory srv = disk.openDirectory(SRV);
    srv.create(A, 0644);

    assertThat(disk.openHandles())
        .containsExactly("SimulatedDirectory /srv", "SimulatedFile /srv/a");
  }

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.wrap(new byte[length]);
  }

  private static void assertFails(DiskError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(DiskException.class, e -> assertThat(e.error()).isEqualTo(error));
  }
}
