package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which inodes stand for earlier ones: a file that was taken away and brought back by an undo is
 * another inode, so whoever undoes further looks for the names of that one.
 */
final class StandIns {
  private StandIns() {}

  /** Returns, by inode, the one that the undos after transaction {@code sequence} made for it. */
  static Map<FileIdentity, FileIdentity> since(Journal journal, long sequence, AbsolutePath root)
      throws IOException {
    Map<FileIdentity, FileIdentity> newest = new HashMap<>();
    try (JournalView view = journal.read()) {
      for (long next = sequence + 1; next <= view.lastSequence(); next++) {
        TransactionRecord record = view.find(next).orElse(null);
        Long undone = record == null ? null : record.beginning().undoes();
        if (record == null || undone == null || record.state() != TransactionState.APPLIED) {
          continue;
        }
        Map<RelativePath, FileIdentity> made = made(view.plan(next).orElse(null), root);
        taken(view.plan(undone).orElse(null), root)
            .forEach((path, inode) -> {
              FileIdentity now = made.get(path);
              if (now != null) {
                newest.put(inode, now);
              }
            });
      }
    }
    Map<FileIdentity, FileIdentity> standIns = new HashMap<>();
    for (FileIdentity inode : newest.keySet()) {
      FileIdentity last = inode;
      for (int steps = 0; steps < newest.size() && newest.containsKey(last); steps++) {
        last = newest.get(last);
      }
      standIns.put(inode, last);
    }
    return standIns;
  }

  private static Map<RelativePath, FileIdentity> made(@Nullable Plan plan, AbsolutePath root) {
    Map<RelativePath, FileIdentity> made = new HashMap<>();
    if (plan != null) {
      for (FileOperation operation : plan.operations()) {
        if (plan.roots().get(operation.root()).path().equals(root)) {
          switch (operation) {
            case Create create -> made.put(create.path(), create.staged());
            case Replace replace -> made.put(replace.path(), replace.staged());
            case Delete _, Move _, SetAttributes _ -> {}
          }
        }
      }
    }
    return made;
  }

  private static Map<RelativePath, FileIdentity> taken(@Nullable Plan plan, AbsolutePath root) {
    Map<RelativePath, FileIdentity> taken = new HashMap<>();
    if (plan != null) {
      for (FileOperation operation : plan.operations()) {
        BeforeImages.Taken what = BeforeImages.taken(operation);
        if (what != null && plan.roots().get(operation.root()).path().equals(root)) {
          taken.put(operation.path(), what.identity());
        }
      }
    }
    return taken;
  }
}
