package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.testing.DirectoryTree;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Says what is wrong with a disk after a recovery: trees that are a mixture, a journal that does
 * not agree with them, markers and litter, a commit that was acknowledged and is gone.
 */
final class Judge {
  private static final Set<String> CONTROL_FILES =
      Set.of("owner", "lock", "gate", "tx", "images", "settings");

  /** The last one is completed by the next one who writes. */
  private static final Set<String> STATE_FILES = Set.of("lock", "id", "journal", "roots", "id.new");

  /** Also there after an error, until the next one writes. */
  private static final String SUSPECT = "suspect";

  private static final DirectoryTree.Option[] LOOSE = {
    DirectoryTree.Option.IGNORE_TIMES, DirectoryTree.Option.IGNORE_DIRECTORY_INODES
  };

  private final Scenario scenario;
  private final List<Map<AbsolutePath, DirectoryTree>> states;
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
    this.states = loose ? loosened(states) : List.copyOf(states);
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
    return states.lastIndexOf(trees(disk));
  }

  /** Checks what a recovery reported. */
  void checkReport(RecoveryReport report) {
    for (Finding finding : report.findings()) {
      if (finding.result() == Result.UNRESOLVED
          || finding.result() == Result.BUSY
          || finding.result() == Result.PENDING) {
        throw new AssertionError("recovery did not end: " + finding);
      }
    }
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
      Set<String> applied = checkLog(holdfast, state);
      RootRegistry registry = new RootRegistry(disk, scenario.state());
      for (AbsolutePath control : registry.roots().values()) {
        checkControl(disk, control, applied);
      }
      Set<String> stateFiles = new HashSet<>(STATE_FILES);
      if (afterFault) {
        stateFiles.add(SUSPECT);
      }
      checkNames(disk, scenario.state(), stateFiles, "in the state directory");
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
    Map<AbsolutePath, DirectoryTree> trees = trees(disk);
    for (int state = most; state >= least; state--) {
      if (states.get(state).equals(trees)) {
        return state;
      }
    }
    int other = states.lastIndexOf(trees);
    StringBuilder message = new StringBuilder();
    if (other >= 0) {
      message.append("there are ").append(other).append(" transactions, and it must be ");
      message.append(least).append(" to ").append(most);
    } else {
      message.append("a mixture");
      for (int state = least; state <= most; state++) {
        message.append("\nto be the state after ").append(state).append(" transactions:\n");
        message.append(difference(trees, states.get(state)));
      }
    }
    throw new AssertionError(message.toString());
  }

  private String difference(
      Map<AbsolutePath, DirectoryTree> here, Map<AbsolutePath, DirectoryTree> there) {
    StringBuilder text = new StringBuilder();
    for (AbsolutePath root : scenario.roots()) {
      DirectoryTree a = here.get(root);
      DirectoryTree b = there.get(root);
      if (a != null && b != null) {
        String difference = a.difference(b);
        if (!difference.isEmpty()) {
          text.append(root).append(":\n").append(difference);
        }
      } else if ((a == null) != (b == null)) {
        text.append(root).append(a == null ? " is missing\n" : " should not be there\n");
      }
    }
    return text.toString();
  }

  /** Checks that the journal says what the trees say; returns the applied transactions' names. */
  private Set<String> checkLog(Holdfast holdfast, int state) throws IOException {
    List<TransactionRecord> records = new ArrayList<>();
    try (TransactionLog log = holdfast.log()) {
      for (Iterator<TransactionRecord> all = log.newestFirst(); all.hasNext(); ) {
        records.add(all.next());
      }
    }
    Set<String> applied = new HashSet<>();
    for (TransactionRecord record : records) {
      if (record.state() == TransactionState.APPLIED) {
        applied.add(record.id().text());
      } else if (record.state() != TransactionState.ROLLED_BACK) {
        throw new AssertionError(
            "transaction " + record.sequence() + " is " + record.state() + " after recovery");
      }
    }
    if (applied.size() != state) {
      throw new AssertionError(
          "the trees hold "
              + state
              + " transactions, the journal says "
              + applied.size()
              + " are applied: "
              + records.stream().map(r -> r.sequence() + " " + r.state()).toList());
    }
    return applied;
  }

  private static void checkControl(Disk disk, AbsolutePath control, Set<String> applied)
      throws DiskException {
    checkNames(disk, control, CONTROL_FILES, "in the control directory");
    checkNames(disk, control.resolve(EntryName.of("tx")), applied, "among the transactions");
    checkNames(disk, control.resolve(EntryName.of("images")), applied, "among the images");
  }

  private static void checkNames(Disk disk, AbsolutePath path, Set<String> allowed, String where)
      throws DiskException {
    try (Directory directory = disk.openDirectory(path)) {
      for (EntryName name : directory.list()) {
        if (!allowed.contains(name.toString())) {
          throw new AssertionError("litter " + where + ": " + path.resolve(name));
        }
      }
    }
  }
}
