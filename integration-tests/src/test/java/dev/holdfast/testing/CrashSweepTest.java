package dev.holdfast.testing;

import static dev.holdfast.selftest.tree.DirectoryTree.Option.IGNORE_DIRECTORY_TIMES;
import static dev.holdfast.selftest.tree.DirectoryTree.Option.SKIP_CONTROL_DIRECTORIES;
import static dev.holdfast.testing.DirectoryTreeAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.PowerCut.Mode;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sweeps, and that a crash from a recording is the crash that a second run would have. */
final class CrashSweepTest {
  private static final AbsolutePath SRV = AbsolutePath.of("/srv");
  private static final EntryName LOG = EntryName.of(".holdfast");
  private static final List<EntryName> NAMES = List.of(EntryName.of("a"), EntryName.of("b"));

  @Test
  void aCrashFromARecordingIsTheCrashOfASecondRun() throws DiskException {
    History history = recorded();
    for (int step = 1; step <= history.steps(); step++) {
      for (CrashPlan plan :
          List.of(
              CrashPlan.kill(step),
              CrashPlan.kill(step).afterwards(),
              CrashPlan.powerCut(step, Mode.RANDOM, step),
              CrashPlan.powerCut(step, Mode.TORN, step).afterwards())) {
        SimulatedDisk disk = prepared();
        disk.plan(plan);
        assertThatExceptionOfType(ProcessKilled.class).isThrownBy(() -> swapBoth(disk));

        assertThat(DirectoryTree.of(disk.afterCrash(), SRV))
            .as("%s", plan)
            .hasSameEntriesAs(DirectoryTree.of(history.after(plan), SRV));
      }
    }
  }

  private static History recorded() throws DiskException {
    SimulatedDisk disk = prepared();
    History history = disk.record();
    swapBoth(disk);
    return history;
  }

  @Test
  void passesARedoLogAlsoWhenItsRecoveryCrashes() throws Exception {
    CrashSweep sweep = sweepRecoveringBy(disk -> redo(disk, true, true));
    sweep.over(prepared(), CrashSweepTest::logThenSwap);

    assertThat(sweep.states()).isGreaterThan(500);
  }

  /** Hole 1: killed before its barrier, the log was only cached, and the power goes in recovery. */
  @Test
  void catchesARecoveryThatTrustsTheCache() throws Exception {
    CrashSweep sweep = sweepRecoveringBy(disk -> redo(disk, false, true));
    assertThatThrownBy(() -> sweep.over(prepared(), CrashSweepTest::logThenSwap))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("sweep.reproduce(history, CrashPlan.");
  }

  @Test
  void catchesARecoveryThatForgetsItsBarrier() throws Exception {
    CrashSweep sweep = sweepRecoveringBy(disk -> redo(disk, true, false));
    assertThatThrownBy(() -> sweep.over(prepared(), CrashSweepTest::logThenSwap))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("sweep.reproduce(history, CrashPlan.");
  }

  private static CrashSweep sweepRecoveringBy(CrashSweep.Action recovery) throws DiskException {
    DirectoryTree before = tree(prepared());
    DirectoryTree after = afterSwap();
    return CrashSweep.recoveringBy(
            recovery,
            (disk, crash) -> {
              assertThat(tree(disk)).isExactlyOneOf(before, after);
              if (crash.isAfter("acknowledged")) {
                assertThat(tree(disk)).hasSameEntriesAs(after);
              }
            })
        .cutting(PowerCut.variety(1, 3))
        .crashingRecovery(10);
  }

  @Test
  void catchesWhatIsNotAtomicAndSaysHowToReproduceIt() throws Exception {
    DirectoryTree before = tree(prepared());
    CrashSweep sweep =
        CrashSweep.recoveringBy(
            _ -> {}, (disk, _) -> assertThat(tree(disk)).isExactlyOneOf(before, afterSwap()));
    assertThatThrownBy(() -> sweep.over(prepared(), CrashSweepTest::swapBoth))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the tree is a mixture")
        .hasMessageContaining("sweep.reproduce(history, CrashPlan.kill(2))")
        .hasMessageContaining("     1  exchange /srv/a with /srv/new/a")
        .hasMessageContaining("  ---- CrashPlan.kill(2)");
    assertThat(sweep.states()).isPositive();
  }

  private static DirectoryTree tree(SimulatedDisk disk) throws DiskException {
    return DirectoryTree.of(disk, SRV, IGNORE_DIRECTORY_TIMES, SKIP_CONTROL_DIRECTORIES);
  }

  /** Two live files and two new ones beside them. */
  private static SimulatedDisk prepared() throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();
    try (Directory srv = disk.openDirectory(SRV)) {
      srv.makeDirectory(EntryName.of("new"), 0755);
      try (Directory staged = srv.directory(EntryName.of("new"))) {
        for (EntryName name : NAMES) {
          write(srv, name, 1);
          write(staged, name, 2);
        }
      }
      srv.create(LOG, 0600).close();
    }
    disk.settle();
    return disk;
  }

  private static DirectoryTree afterSwap() throws DiskException {
    SimulatedDisk disk = prepared();
    swapBoth(disk);
    return tree(disk);
  }

  private static void write(Directory directory, EntryName name, int length) throws DiskException {
    try (DiskFile file = directory.create(name, 0644)) {
      file.write(0, ByteBuffer.wrap(new byte[length]));
    }
  }

  private static void swapBoth(SimulatedDisk disk) throws DiskException {
    try (Directory srv = disk.openDirectory(SRV);
        Directory staged = srv.directory(EntryName.of("new"))) {
      for (EntryName name : NAMES) {
        srv.exchange(name, staged, name);
      }
    }
  }

  /** A small redo log: its length says whether to swap, and the live lengths what was swapped. */
  private static void logThenSwap(SimulatedDisk disk) throws DiskException {
    try (Directory srv = disk.openDirectory(SRV);
        FileSystemSync barrier = srv.openSync();
        DiskFile log = srv.openToWrite(LOG)) {
      log.write(0, ByteBuffer.wrap(new byte[] {1}));
      barrier.sync();
      swapBoth(disk);
      barrier.sync();
      disk.note("acknowledged");
      log.truncate(0);
      barrier.sync();
    }
  }

  private static void redo(SimulatedDisk disk, boolean barrierBefore, boolean barrierAfter)
      throws DiskException {
    try (Directory srv = disk.openDirectory(SRV);
        Directory staged = srv.directory(EntryName.of("new"));
        FileSystemSync barrier = srv.openSync();
        DiskFile log = srv.openToWrite(LOG)) {
      if (log.size() == 0) {
        return;
      }
      if (barrierBefore) {
        barrier.sync();
      }
      for (EntryName name : NAMES) {
        if (srv.stat(name).orElseThrow().size() == 1) {
          srv.exchange(name, staged, name);
        }
      }
      if (barrierAfter) {
        barrier.sync();
      }
      log.truncate(0);
      barrier.sync();
    }
  }
}
