package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.Fault.Damage;
import dev.holdfast.testing.PowerCut.Mode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Failures by plan, and above all what a failed barrier leaves behind. */
final class FaultsTest {
  private static final AbsolutePath SRV = AbsolutePath.of("/srv");
  private static final EntryName A = EntryName.of("a");
  private static final EntryName B = EntryName.of("b");

  private final SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();
  private Directory srv;

  @BeforeEach
  void open() throws DiskException {
    srv = disk.openDirectory(SRV);
    srv.create(A, 0644).close();
    disk.settle();
  }

  @AfterEach
  void close() {
    srv.close();
  }

  @Test
  void failsTheNthStepAndNoOther() throws DiskException {
    disk.plan(FaultPlan.atStep(2, Fault.of(DiskError.NO_SPACE)));
    srv.link(A, srv, EntryName.of("1"));
    assertFails(DiskError.NO_SPACE, () -> srv.link(A, srv, EntryName.of("2")));
    srv.link(A, srv, EntryName.of("3"));

    assertThat(srv.list()).containsExactly(EntryName.of("1"), EntryName.of("3"), A);
  }

  @Test
  void failsReadsToo() {
    disk.plan(FaultPlan.atCall(1, Fault.of(DiskError.IO)));
    assertFails(DiskError.IO, () -> srv.list());
  }

  @Test
  void aFailingWriteMayWriteAPart() throws DiskException {
    disk.plan(FaultPlan.atStep(1, new Fault(DiskError.NO_SPACE, Damage.PARTIAL, 0)));
    try (DiskFile file = srv.openToWrite(A)) {
      assertFails(DiskError.NO_SPACE, () -> file.write(0, bytes("12345678")));
      assertThat(file.size()).isEqualTo(4);
    }
  }

  @Test
  void pagesLostByAFailedSyncCanStillBeReadUntilTheCacheIsDropped() throws DiskException {
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_PAGES, 0)));
    try (DiskFile file = srv.openToWrite(A)) {
      file.write(0, bytes("new"));
      assertFails(DiskError.IO, file::sync);
      file.sync();
      assertThat(text(file)).isEqualTo("new");

      file.dropCache();
      assertThat(text(file)).isEqualTo("\0\0\0");
    }
  }

  @Test
  void droppingTheCacheKeepsDirtyPages() throws DiskException {
    try (DiskFile file = srv.openToWrite(A)) {
      file.write(0, bytes("new"));
      file.dropCache();
      assertThat(text(file)).isEqualTo("new");
    }
  }

  @Test
  void aRewriteAfterAFailedSyncIsKept() throws DiskException {
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_PAGES, 0)));
    try (DiskFile file = srv.openToWrite(A)) {
      file.write(0, bytes("lost"));
      assertFails(DiskError.IO, file::sync);
      file.write(1, bytes("ew"));
      file.sync();
    }
    assertThat(textAfter(Mode.NONE)).isEqualTo("\0ew\0");
  }

  @Test
  void everyDescriptorOpenAtTheTimeHearsOfAnErrorOnce() throws DiskException {
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_PAGES, 0)));
    try (DiskFile one = srv.openToWrite(A);
        DiskFile two = srv.openToWrite(A);
        FileSystemSync barrier = srv.openSync()) {
      one.write(0, bytes("x"));
      assertFails(DiskError.IO, one::sync);
      one.sync();
      assertFails(DiskError.IO, two::sync);
      two.sync();
      assertFails(DiskError.IO, barrier::sync);
      barrier.sync();
      try (DiskFile late = srv.openToWrite(A);
          FileSystemSync lateBarrier = srv.openSync()) {
        late.sync();
        lateBarrier.sync();
      }
    }
  }

  @Test
  void whatNobodyHasHeardYetIsToldToALateDescriptor() throws DiskException {
    try (DiskFile one = srv.openToWrite(A)) {
      one.write(0, bytes("x"));
      disk.loseDirtyPages("/srv");
    }
    try (DiskFile late = srv.openToWrite(A);
        FileSystemSync barrier = srv.openSync()) {
      assertFails(DiskError.IO, late::sync);
      assertFails(DiskError.IO, barrier::sync);
      late.sync();
    }
  }

  @Test
  void writeBackFailsInSilence() throws DiskException {
    disk.plan(FaultPlan.atStep(2, new Fault(DiskError.IO, Damage.LOST_PAGES, 0)));
    try (DiskFile file = srv.openToWrite(A)) {
      file.write(0, bytes("x"));
      file.startWriteback();
      assertFails(DiskError.IO, file::sync);
    }
    assertThat(textAfter(Mode.ALL)).isEqualTo("\0");
  }

  /** Hole 11: the names are all there to be seen, and no barrier makes them durable. */
  @Test
  void aFailedBarrierMayLoseNamesThatTheCacheShows() throws DiskException {
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_EVERYTHING, 0)));
    try (FileSystemSync barrier = srv.openSync()) {
      srv.rename(A, srv, B);
      assertFails(DiskError.IO, barrier::sync);
      barrier.sync();
      srv.sync();
    }
    assertThat(srv.list()).containsExactly(B);
    SimulatedDisk after = disk.powerCut(new PowerCut(Mode.ALL, 0));
    assertThat(DirectoryTree.of(after, SRV).names()).containsExactly(A);
  }

  @Test
  void whatRestsOnLostNamesIsLostWithThem() throws DiskException {
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_EVERYTHING, 0)));
    try (FileSystemSync barrier = srv.openSync()) {
      srv.makeDirectory(B, 0755);
      assertFails(DiskError.IO, barrier::sync);
      try (Directory below = srv.directory(B)) {
        srv.rename(A, below, A);
        below.makeDirectory(B, 0755);
      }
      barrier.sync();
    }
    SimulatedDisk after = disk.powerCut(new PowerCut(Mode.ALL, 0));
    after.volumes().forEach(volume -> Fsck.check(volume.cache()));
    assertThat(DirectoryTree.of(after, SRV).names()).containsExactly(A);
  }

  @Test
  void everythingFailsFromSomeStepOn() throws DiskException {
    disk.plan(FaultPlan.fromStep(2, DiskError.IO));
    srv.link(A, srv, B);
    for (int i = 0; i < 3; i++) {
      assertFails(DiskError.IO, () -> srv.unlink(B));
    }
  }

  private String textAfter(Mode mode) throws DiskException {
    SimulatedDisk after = disk.powerCut(new PowerCut(mode, 0));
    try (Directory folder = after.openDirectory(SRV);
        DiskFile file = folder.openToRead(A)) {
      return text(file);
    }
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(DiskFile file) throws DiskException {
    ByteBuffer buffer = ByteBuffer.allocate((int) file.size());
    file.read(0, buffer);
    return new String(buffer.array(), StandardCharsets.UTF_8);
  }

  private static void assertFails(DiskError error, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(DiskException.class, e -> assertThat(e.error()).isEqualTo(error));
  }
}
