package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A directory that could not be put under care is left as it was: no control directory stays. */
final class FirstUseTest {
  private static final AbsolutePath STATE = AbsolutePath.of("/state");
  private static final AbsolutePath ROOT = AbsolutePath.of("/srv/root");

  @Test
  void leavesNoControlDirectoryOfARootThatIsNotOnTheList() throws IOException {
    int withdrawn = 0;
    boolean done = false;
    for (int failing = 1; !done; failing++) {
      SimulatedDisk disk = SimulatedDisk.builder().build();
      TreeMaker.at(disk, ROOT.toString()).file("a", "one");
      Sessions.open(disk, STATE).close();
      done = register(disk, failing);
      boolean listed = new RootRegistry(disk, STATE).control(ROOT).isPresent();
      boolean made = isMade(disk);
      assertThat(made).as("a control directory, after call %s failed", failing).isEqualTo(listed);
      withdrawn += made ? 0 : 1;
      try (Holdfast holdfast = Sessions.open(disk, STATE)) {
        assertThat(holdfast.root(ROOT).path()).isEqualTo(ROOT);
      }
    }
    assertThat(withdrawn).isGreaterThan(10);
  }

  /** What fails from some call on cannot clear up either, as if the process were killed there. */
  @Test
  void goesOnWhereverTheFirstUseWasCutOff() throws IOException {
    boolean done = false;
    for (int failing = 1; !done; failing++) {
      SimulatedDisk disk = SimulatedDisk.builder().build();
      TreeMaker.at(disk, ROOT.toString()).file("a", "one");
      Sessions.open(disk, STATE).close();
      done = registerUntil(disk, failing);
      try (Holdfast holdfast = Sessions.open(disk, STATE)) {
        assertThat(holdfast.root(ROOT).path()).as("after call %s", failing).isEqualTo(ROOT);
      }
      assertThat(isMade(disk)).isTrue();
    }
  }

  private static boolean registerUntil(SimulatedDisk disk, int failing) throws IOException {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Disk cutOff =
        new InterceptedDisk(
            disk,
            call -> {
              if (left.decrementAndGet() <= 0) {
                throw new DiskException(DiskError.IO, "call", call.path().toString());
              }
            });
    try (Holdfast holdfast = Sessions.open(cutOff, disk, STATE)) {
      left.set(failing);
      holdfast.root(ROOT);
      return left.get() > 0;
    } catch (IOException _) {
      return false;
    }
  }

  /** Returns whether there were no {@code failing} calls. */
  private static boolean register(SimulatedDisk disk, int failing) throws IOException {
    AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    Disk faulty =
        new InterceptedDisk(
            disk,
            call -> {
              if (left.decrementAndGet() == 0) {
                throw new DiskException(DiskError.IO, "call", call.path().toString());
              }
            });
    try (Holdfast holdfast = Sessions.open(faulty, disk, STATE)) {
      left.set(failing);
      holdfast.root(ROOT);
      return left.get() > 0;
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean isMade(Disk disk) throws DiskException {
    try (Directory parent = disk.openDirectory(ROOT.parent())) {
      return parent.stat(ControlDirectory.NAME).isPresent();
    }
  }
}
