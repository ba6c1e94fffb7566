package dev.holdfast.testing.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.History;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The process of the second transaction is killed before each of its steps, and nobody recovers:
 * "the last one" and "all after it" are what the trees show all the same, not what the record had
 * come to say.
 */
final class TakeBackAfterCrashTest {
  private static final AbsolutePath STATE = AbsolutePath.of("/state");
  private static final AbsolutePath SITE = AbsolutePath.of("/srv/site");
  private static final Options OPTIONS = Options.message("test");

  private final List<DirectoryTree> states = new ArrayList<>();
  private History history;

  @BeforeEach
  void recordTwoTransactions() throws IOException {
    SimulatedDisk disk = SimulatedDisk.builder().build();
    TreeMaker.at(disk, SITE.toString()).file("a", "old").file("b", "old");
    try (Holdfast holdfast = Sessions.open(disk, STATE)) {
      Root root = holdfast.root(SITE);
      states.add(tree(disk));
      write(holdfast, root, "a");
      states.add(tree(disk));
      history = disk.record();
      write(holdfast, root, "b");
      states.add(tree(disk));
    }
  }

  private static void write(Holdfast holdfast, Root root, String name) throws IOException {
    try (Transaction transaction = holdfast.begin(OPTIONS, root)) {
      transaction.write(root, name, "new".getBytes(UTF_8));
      transaction.commit();
    }
  }

  private static DirectoryTree tree(SimulatedDisk disk) throws IOException {
    return DirectoryTree.of(disk.fork(), SITE, DirectoryTree.Option.SKIP_CONTROL_DIRECTORIES);
  }

  private interface Look {
    void at(SimulatedDisk disk, Holdfast holdfast, int applied, String when) throws IOException;
  }

  private void afterEachKill(Look look) throws IOException {
    Set<Integer> seen = new TreeSet<>();
    for (int step = 1; step <= history.steps() + 1; step++) {
      CrashPlan kill = CrashPlan.kill(step);
      SimulatedDisk recovered = history.after(kill);
      try (Holdfast holdfast = Sessions.open(recovered, STATE)) {
        holdfast.recover(List.of(), false);
      }
      int applied = states.indexOf(tree(recovered));
      seen.add(applied);
      SimulatedDisk disk = history.after(kill);
      try (Holdfast holdfast = Sessions.open(disk, STATE)) {
        look.at(disk, holdfast, applied, "killed before step " + step);
      }
    }
    assertThat(seen).containsExactly(1, 2);
  }

  @Test
  void theLastOneIsTheLastThatTheTreeShows() throws IOException {
    afterEachKill((disk, holdfast, applied, when) -> {
      long last = holdfast.lastApplied(0).orElseThrow().sequence();
      assertThat(last).as(when).isEqualTo(applied);
      holdfast.undo(last, OPTIONS, Progress.NONE);
      assertThat(tree(disk)).as(when).isEqualTo(states.get(applied - 1));
    });
  }

  @Test
  void aRewindLeavesNothingOut() throws IOException {
    afterEachKill((disk, holdfast, _, when) -> {
      holdfast.rewind(1, null, OPTIONS, false, Progress.NONE);
      assertThat(tree(disk)).as(when).isEqualTo(states.get(1));
    });
  }

  @Test
  void whatIsOnlyAskedForIsAnsweredOrRefused() throws IOException {
    afterEachKill((disk, holdfast, applied, when) -> {
      DirectoryTree before = tree(disk);
      try {
        Drift drift = holdfast.verify(List.of(), false, false, Progress.NONE);
        assertThat(drift.differences()).as(when).isEmpty();
        assertThat(holdfast.rewind(1, null, OPTIONS, true, Progress.NONE).changes())
            .as(when)
            .hasSize(applied - 1);
      } catch (InDoubtException e) {
        assertThat(e).as(when).hasMessageContaining("run `holdfast recover` first");
      }
      assertThat(tree(disk)).as(when).isEqualTo(before);
    });
  }
}
