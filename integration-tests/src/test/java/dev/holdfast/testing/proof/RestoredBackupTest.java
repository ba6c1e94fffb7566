package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.journal.JournalException;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.History;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The journal's file system, or the tree's, is restored from an older backup, at any moment of a
 * history, with a transaction half applied or not. Recovery makes no mixture where there was none,
 * and leaves alone what it cannot explain; after {@code adopt} the tree can be updated again.
 */
class RestoredBackupTest {
  private static final int PAIRS = Integer.getInteger("holdfast.pairs", 60);
  private static final String JOURNAL = "/";
  private static final String TREE = "/srv";

  /** A directory's time is not looked at where the journal says that all was applied. */
  private static final DirectoryTree.Option TIMES = DirectoryTree.Option.IGNORE_DIRECTORY_TIMES;

  @ParameterizedTest
  @ValueSource(strings = {JOURNAL, TREE})
  void nothingIsGuessed(String restored) throws IOException {
    Scenario scenario = Scenarios.named("small-edits-journal-elsewhere");
    SimulatedDisk disk = scenario.prepared();
    List<Map<AbsolutePath, DirectoryTree>> states = new ArrayList<>();
    states.add(scenario.trees(disk, TIMES));
    History history = disk.record();
    try (Holdfast holdfast = Sessions.open(disk, scenario.state())) {
      for (Scenario.Update update : scenario.updates()) {
        update.run(holdfast, disk);
        states.add(scenario.trees(disk, TIMES));
      }
    }
    SplittableRandom random = new SplittableRandom(System.nanoTime());
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < PAIRS; i++) {
      int young = 2 + random.nextInt(history.steps());
      int old = 1 + random.nextInt(young - 1);
      SimulatedDisk mixed =
          history
              .after(CrashPlan.kill(young))
              .restored(restored, history.after(CrashPlan.kill(old)));
      try {
        outcomes.merge(check(scenario, states, mixed), 1, Integer::sum);
      } catch (IOException | RuntimeException | AssertionError e) {
        fail(restored + " of step " + old + " in a machine at step " + young, e);
      }
    }
    System.out.println("restored " + restored + ": " + outcomes);
    assertThat(outcomes).containsKey("recovered, goes on");
    assertThat(outcomes.keySet()).allMatch(outcome -> outcome.endsWith("goes on"));
    if (restored.equals(JOURNAL)) {
      assertThat(outcomes).as("the tree has seen more").containsKey("unresolved, goes on");
    }
  }

  private static String check(
      Scenario scenario, List<Map<AbsolutePath, DirectoryTree>> states, SimulatedDisk disk)
      throws IOException {
    Map<AbsolutePath, DirectoryTree> before = scenario.trees(disk, TIMES);
    String outcome = recover(scenario, disk);
    Map<AbsolutePath, DirectoryTree> after = scenario.trees(disk, TIMES);
    if (!states.contains(after)) {
      assertThat(after).as("a mixture that was not there").isEqualTo(before);
      assertThat(outcome).as("a mixture is not passed over").isNotEqualTo("recovered");
    }
    try (Holdfast holdfast = open(scenario, disk)) {
      if (holdfast.adopt(scenario.roots()).isUnresolved()) {
        return outcome + ", for a person";
      }
      for (AbsolutePath root : scenario.roots()) {
        holdfast.root(root);
        TreeMaker.at(disk, "/root/last").file("all", "new");
        Scenarios.applyTo(holdfast, disk, "/root/last", root.toString());
        assertThat(DirectoryTree.of(disk, root).names())
            .containsExactlyElementsOf(DirectoryTree.of(disk, "/root/last").names());
      }
    } catch (HoldfastException | JournalException e) {
      return outcome
          + ", then refused: "
          + String.valueOf(e.getMessage()).replaceAll("[0-9a-f-]{8,}", "…");
    }
    return outcome + ", goes on";
  }

  /** With identities that never come again, as they are in life. */
  private static Holdfast open(Scenario scenario, SimulatedDisk disk) throws IOException {
    return Holdfast.openWithoutRecovery(
        new Environment(disk, disk.clock(), new SecureRandom(), disk::advance), scenario.state());
  }

  private static String recover(Scenario scenario, SimulatedDisk disk) throws IOException {
    try (Holdfast holdfast = open(scenario, disk)) {
      RecoveryReport report = holdfast.recover(List.of(), false);
      return report.isUnresolved() ? "unresolved" : "recovered";
    } catch (HoldfastException | JournalException e) {
      return "refused";
    }
  }
}
