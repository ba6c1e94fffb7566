package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.selftest.JournalChecks;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.TreeStates;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says what is wrong with a disk after a recovery: trees that are a mixture, a journal that does
 * not agree with them, markers and litter, a commit that was acknowledged and is gone.
 */
final class Judge {
  /** Also there after an error, until the next one writes. */
  private static final String SUSPECT = "suspect";

  private static final DirectoryTree.Option[] LOOSE = {
    DirectoryTree.Option.IGNORE_TIMES, DirectoryTree.Option.IGNORE_DIRECTORY_INODES
  };

  private final Scenario scenario;
  private final TreeStates states;
  private final boolean loose;
  private final boolean afterFault;

  /** Creates a judge who knows the trees before the first, and after each transaction. */
  Judge(Scenario scenario, List<Map<AbsolutePath, DirectoryTree>> states) {
    this(scenario, states, false, false);
  }

  /**
   * Creates a judge.
   *
   * @param loose whether times and the inodes of directories are not to be compared, because the
   *     run was not the one in which the trees were seen
   * @param afterFault whether a call failed
   */
  Judge(
      Scenario scenario,
      List<Map<AbsolutePath, DirectoryTree>> states,
      boolean loose,
      boolean afterFault) {
    this.scenario = scenario;
    this.afterFault = afterFault;
    this.loose = loose;
    this.states = new TreeStates(scenario.roots(), loose ? loosened(states) : states);
  }

  private static List<Map<AbsolutePath, DirectoryTree>> loosened(
      List<Map<AbsolutePath, DirectoryTree>> states) {
    List<Map<AbsolutePath, DirectoryTree>> loosened = new ArrayList<>();
    for (Map<AbsolutePath, DirectoryTree> state : states) {
      Map<AbsolutePath, DirectoryTree> trees = new TreeMap<>();
      state.forEach((root, tree) -> trees.put(root, tree.without(LOOSE)));
      loosened.add(trees);
    }
    return loosened;
  }

  private Map<AbsolutePath, DirectoryTree> trees(SimulatedDisk disk) throws DiskException {
    return loose ? scenario.trees(disk, LOOSE) : scenario.trees(disk);
  }

  /** Returns the number of transactions whose effect is there, or -1 if the trees are a mixture. */
  int stateOf(SimulatedDisk disk) throws DiskException {
    return states.stateOf(trees(disk));
  }

  /** Checks what a recovery reported. */
  void checkReport(RecoveryReport report) {
    JournalChecks.checkReport(report);
  }

  /**
   * Checks a disk that was recovered.
   *
   * @param least the number of transactions that must be there
   * @param most the number of transactions that may be there
   * @return how many are
   */
  int check(SimulatedDisk disk, int least, int most) throws IOException {
    int state = checkTrees(disk, least, most);
    try (Holdfast holdfast = Sessions.open(disk, scenario.state())) {
      Set<String> applied = JournalChecks.checkLog(holdfast, state);
      JournalChecks.checkFiles(
          disk, scenario.state(), applied, afterFault ? Set.of(SUSPECT) : Set.of());
      int steps = disk.trace().size();
      RecoveryReport again = holdfast.recover(List.of(), false);
      if (!again.isClean()) {
        throw new AssertionError("another recovery found " + again.findings());
      }
      if (disk.trace().size() != steps) {
        List<?> more = disk.trace().subList(steps, disk.trace().size());
        throw new AssertionError("another recovery did something: " + more);
      }
    }
    if (!disk.openHandles().isEmpty()) {
      throw new AssertionError("left open: " + disk.openHandles());
    }
    return state;
  }

  /** Checks the trees alone. */
  int checkTrees(SimulatedDisk disk, int least, int most) throws DiskException {
    return states.check(trees(disk), least, most);
  }
}
