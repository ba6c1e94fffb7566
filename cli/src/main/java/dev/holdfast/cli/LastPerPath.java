package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds, going back in time, the transaction that was the last one to change each path. */
final class LastPerPath {
  private final TransactionLog log;
  private final PathFilter filter;
  private final Set<AbsolutePath> seen = new HashSet<>();
  private final SortedSet<AbsolutePath> fresh = new TreeSet<>();

  LastPerPath(TransactionLog log, PathFilter filter) {
    this.log = log;
    this.filter = filter;
  }

  /** Returns whether an older transaction than all before was the last one to change any path. */
  boolean isLastOfAny(TransactionRecord transaction) throws IOException {
    fresh.clear();
    if (transaction.state() != TransactionState.APPLIED) {
      return false;
    }
    Optional<Plan> plan = log.plan(transaction.sequence());
    if (plan.isEmpty()) {
      return false;
    }
    for (FileOperation operation : plan.get().operations()) {
      AbsolutePath root = plan.get().roots().get(operation.root()).path();
      add(root.resolve(operation.path()));
      if (operation instanceof FileOperation.Move move) {
        add(root.resolve(move.to()));
      }
    }
    return !fresh.isEmpty();
  }

  private void add(AbsolutePath path) {
    if (filter.isInside(path) && seen.add(path)) {
      fresh.add(path);
    }
  }

  /** Returns the paths that the transaction last asked about was the last one to change. */
  List<AbsolutePath> paths() {
    return List.copyOf(fresh);
  }
}
