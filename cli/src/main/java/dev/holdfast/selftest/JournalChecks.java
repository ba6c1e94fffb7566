package dev.holdfast.selftest;

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
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** What must be true of a journal and of the control directories after a recovery. */
public final class JournalChecks {
  private static final Set<String> CONTROL_FILES =
      Set.of("owner", "lock", "gate", "tx", "images", "settings");

  /** The last one is completed by the next one who writes. */
  private static final Set<String> STATE_FILES = Set.of("lock", "id", "journal", "roots", "id.new");

  private JournalChecks() {}

  /** Checks that a recovery left nothing undecided. */
  public static void checkReport(RecoveryReport report) {
    for (Finding finding : report.findings()) {
      if (finding.result() == Result.UNRESOLVED
          || finding.result() == Result.BUSY
          || finding.result() == Result.PENDING) {
        throw new AssertionError("recovery did not end: " + finding);
      }
    }
  }

  /** Checks that the journal says what the trees say; returns the applied transactions' names. */
  public static Set<String> checkLog(Holdfast holdfast, int state) throws IOException {
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

  /**
   * Checks that there is nothing in the state directory and in the control directories that should
   * not be there.
   *
   * @param applied the names of the transactions that are applied
   * @param also what else may be in the state directory
   */
  public static void checkFiles(
      Disk disk, AbsolutePath state, Set<String> applied, Set<String> also) throws IOException {
    for (AbsolutePath control : new RootRegistry(disk, state).roots().values()) {
      checkNames(disk, control, CONTROL_FILES, "in the control directory");
      checkNames(disk, control.resolve(EntryName.of("tx")), applied, "among the transactions");
      checkNames(disk, control.resolve(EntryName.of("images")), applied, "among the images");
    }
    Set<String> stateFiles = new HashSet<>(STATE_FILES);
    stateFiles.addAll(also);
    checkNames(disk, state, stateFiles, "in the state directory");
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
