package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.engine.Direction;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import dev.holdfast.selftest.tree.EverythingTrees;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody else changes the live tree while it is updated: once, before each call of the engine in
 * turn. It is told in a sentence, never by a programming error; nothing outside is touched; and
 * afterwards the tree can be updated again.
 */
class MeddlingTest {
  private static final AbsolutePath STATE = AbsolutePath.of("/var/lib/holdfast");
  private static final String LIVE = "/srv/site";
  private static final String OUTSIDE = "/srv/outside";

  /** What is taken out of the tree in the middle of a call may still get that call's change. */
  private static final String TAKEN = "/srv/taken";

  private static final Option[] CONTENT = {
    Option.SKIP_CONTROL_DIRECTORIES, Option.IGNORE_DIRECTORY_INODES
  };

  /** Every so many calls one is meddled with; the first is left to chance. */
  private static final int STRIDE = Integer.getInteger("holdfast.stride", 9);

  enum Meddling {
    DIRECTORY_BECOMES_LINK_TO_OUTSIDE {
      @Override
      void in(Disk disk) throws DiskException {
        rename(disk, "data", TAKEN + "/it");
        TreeMaker.at(disk, LIVE).link("data", OUTSIDE + "/data");
      }
    },
    DIRECTORY_VANISHES {
      @Override
      void in(Disk disk) throws DiskException {
        rename(disk, "data/x", TAKEN + "/it");
      }
    },
    FILE_AND_DIRECTORY_CHANGE_PLACES {
      @Override
      void in(Disk disk) throws DiskException {
        try (Directory live = disk.openDirectory(AbsolutePath.of(LIVE))) {
          live.exchange(EntryName.of("conf"), live, EntryName.of("attributes"));
        }
      }
    },
    FILES_ARE_WRITTEN {
      @Override
      void in(Disk disk) throws DiskException {
        TreeMaker.at(disk, LIVE)
            .overwrite("same", "meddled")
            .replace("bin/run", "meddled")
            .overwrite("attributes", "meddled");
      }
    },
    NAMES_ARE_TAKEN {
      @Override
      void in(Disk disk) throws DiskException {
        TreeMaker.at(disk, LIVE)
            .directory("fifo", 0755)
            .file("fifo/in", "meddled")
            .file("new-tree", "meddled");
      }
    },
    FILES_VANISH {
      @Override
      void in(Disk disk) throws DiskException {
        TreeMaker.at(disk, LIVE)
            .remove("gone")
            .remove("attributes")
            .remove("hard-1")
            .remove("directory-to-file/in");
      }
    };

    abstract void in(Disk disk) throws DiskException;

    private static void rename(Disk disk, String from, String to) throws DiskException {
      AbsolutePath source = AbsolutePath.of(LIVE + "/" + from);
      AbsolutePath target = AbsolutePath.of(to);
      try (Directory old = disk.openDirectory(source.parent());
          Directory young = disk.openDirectory(target.parent())) {
        old.rename(source.name(), young, target.name());
      }
    }
  }

  private enum Outcome {
    TOO_EARLY_OR_LATE,
    APPLIED,
    REFUSED,
    IN_DOUBT
  }

  @ParameterizedTest
  @EnumSource(Meddling.class)
  void isToldInASentence(Meddling meddling) throws Exception {
    int calls = calls();
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    for (int call = new Random(seed).nextInt(STRIDE); call < calls; call += STRIDE) {
      try {
        outcomes.merge(meddled(meddling, call), 1, Integer::sum);
      } catch (IOException | RuntimeException | AssertionError e) {
        fail(meddling + " before call " + call, e);
      }
    }
    System.out.println("meddling: " + meddling + " " + outcomes);
    assertThat(outcomes).containsKeys(Outcome.REFUSED, Outcome.APPLIED);
  }

  private static SimulatedDisk machine() throws DiskException {
    SimulatedDisk machine = SimulatedDisk.builder().build();
    EverythingTrees.before(TreeMaker.at(machine, LIVE));
    EverythingTrees.after(TreeMaker.at(machine, "/root/new"));
    TreeMaker.at(machine, TAKEN);
    TreeMaker.at(machine, OUTSIDE)
        .directory("data", 0755)
        .file("data/big", "not yours")
        .file("data/hard-2", "not yours")
        .directory("data/x", 0755)
        .directory("data/x/y", 0755)
        .file("data/x/y/file", "not yours");
    return machine;
  }

  private static int calls() throws IOException {
    int[] calls = {0};
    SimulatedDisk machine = machine();
    update(new InterceptedDisk(machine, _ -> calls[0]++), machine);
    return calls[0];
  }

  private static void update(Disk disk, SimulatedDisk machine) throws IOException {
    try (Holdfast holdfast = Sessions.open(disk, machine, STATE)) {
      Scenarios.applyTo(holdfast, disk, "/root/new", LIVE);
    }
  }

  private static Outcome meddled(Meddling meddling, int when) throws IOException {
    SimulatedDisk machine = machine();
    int[] calls = {0};
    DirectoryTree[] outside = new DirectoryTree[1];
    Disk disk =
        new InterceptedDisk(
            machine,
            _ -> {
              if (calls[0]++ == when) {
                try {
                  meddling.in(machine);
                } catch (DiskException _) {
                  // The update was there first.
                }
                outside[0] = DirectoryTree.of(machine, OUTSIDE);
              }
            });
    Outcome outcome;
    try {
      update(disk, machine);
      outcome = Outcome.APPLIED;
    } catch (HoldfastException e) {
      assertThat(e.getMessage()).isNotBlank();
      outcome = Outcome.REFUSED;
    }
    if (outside[0] == null) {
      return Outcome.TOO_EARLY_OR_LATE;
    }
    assertThat(DirectoryTree.of(machine, OUTSIDE).difference(outside[0])).isEmpty();
    try (Holdfast holdfast = Sessions.open(machine, machine, STATE)) {
      if (holdfast.recover(List.of(), false).isUnresolved()) {
        try (TransactionLog log = holdfast.log()) {
          TransactionRecord last = log.newestFirst().next();
          holdfast.resolve(last.sequence(), Direction.AS_IS, false);
          outcome = Outcome.IN_DOUBT;
        }
      }
    }
    update(machine, machine);
    assertThat(
            DirectoryTree.of(machine, LIVE, CONTENT)
                .difference(DirectoryTree.of(machine, "/root/new", CONTENT)))
        .isEmpty();
    return outcome;
  }
}
