package dev.holdfast.testing;

import static dev.holdfast.testing.DirectoryTreeAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import dev.holdfast.testing.Fault.Damage;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every call fails once; a protocol that says so passes, and one that tries again is caught. */
final class FaultSweepTest {
  private static final AbsolutePath SRV = AbsolutePath.of("/srv");
  private static final EntryName LIVE = EntryName.of("live");
  private static final EntryName TEMPORARY = EntryName.of("temporary");
  private static final List<Fault> FAULTS =
      List.of(
          Fault.of(DiskError.IO),
          new Fault(DiskError.NO_SPACE, Damage.PARTIAL, 0),
          new Fault(DiskError.IO, Damage.LOST_PAGES, 0),
          new Fault(DiskError.IO, Damage.SOME_PAGES, 1),
          new Fault(DiskError.IO, Damage.LOST_EVERYTHING, 0));

  @Test
  void passesWhatReportsEveryFailure() throws DiskException {
    FaultSweep sweep = sweep();
    sweep.over(prepared(), disk -> replace(disk, false));

    assertThat(sweep.states()).isGreaterThan(FAULTS.size() * 6);
  }

  @Test
  void catchesASyncThatIsTriedAgainAndBelieved() throws DiskException {
    FaultSweep sweep = sweep();
    assertThatThrownBy(() -> sweep.over(prepared(), disk -> replace(disk, true)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("LOST_PAGES")
        .hasMessageContaining("sync file /srv/temporary");
  }

  private static FaultSweep sweep() throws DiskException {
    DirectoryTree before = tree(prepared());
    SimulatedDisk replaced = prepared();
    replace(replaced, false);
    DirectoryTree after = tree(replaced);
    return FaultSweep.of(
            FAULTS,
            FaultSweepTest::removeTemporary,
            (disk, run) -> {
              assertThat(tree(disk)).isExactlyOneOf(before, after);
              if (run.failure().isEmpty()) {
                assertThat(tree(disk)).hasSameEntriesAs(after);
              }
            })
        .cutting(PowerCut.variety(1, 2));
  }

  private static void replace(SimulatedDisk disk, boolean trySyncAgain) throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      try (DiskFile file = srv.create(TEMPORARY, 0644)) {
        file.write(0, ByteBuffer.wrap(new byte[] {7, 7, 7}));
        try {
          file.sync();
        } catch (DiskException e) {
          if (!trySyncAgain) {
            throw e;
          }
          file.sync();
        }
      }
      srv.renameOver(TEMPORARY, srv, LIVE);
      srv.sync();
    }
  }

  private static void removeTemporary(SimulatedDisk disk) throws DiskException {
    try (Directory srv = disk.openDirectory(SRV)) {
      if (srv.stat(TEMPORARY).isPresent()) {
        srv.unlink(TEMPORARY);
      }
    }
  }

  private static SimulatedDisk prepared() throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();
    try (Directory srv = disk.openDirectory(SRV);
        DiskFile file = srv.create(LIVE, 0644)) {
      file.write(0, ByteBuffer.wrap(new byte[] {1}));
    }
    disk.settle();
    return disk;
  }

  private static DirectoryTree tree(SimulatedDisk disk) throws DiskException {
    return DirectoryTree.of(disk, SRV, Option.IGNORE_TIMES);
  }
}
