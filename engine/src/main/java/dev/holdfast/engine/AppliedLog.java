package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The applied transactions in the order in which they were applied, which that of begin is not. */
final class AppliedLog {
  private AppliedLog() {}

  /** Returns those that were decided after record {@code decided}, in order of application. */
  static List<TransactionRecord> after(JournalView view, long decided) throws IOException {
    List<TransactionRecord> found = new ArrayList<>();
    for (long next = view.lastSequence(); next > 0; next--) {
      TransactionRecord record = view.find(next).orElse(null);
      if (record != null
          && record.state() == TransactionState.APPLIED
          && record.decided() > decided) {
        found.add(record);
      }
    }
    found.sort(Comparator.comparingLong(TransactionRecord::decided));
    return found;
  }

  /** What a transaction touched: paths, and directories of which all that is below counts. */
  record Touched(Set<AbsolutePath> paths, Set<AbsolutePath> trees) {

    /** Returns what operations touch. */
    static Touched by(Plan plan, List<FileOperation> operations) {
      Touched touched = new Touched(new HashSet<>(), new HashSet<>());
      for (FileOperation operation : operations) {
        AbsolutePath root = plan.roots().get(operation.root()).path();
        touched.add(root.resolve(operation.path()), isTree(operation));
        if (operation instanceof Move move) {
          touched.add(root.resolve(move.to()), isTree(operation));
        }
      }
      return touched;
    }

    /** A directory that comes, goes or moves takes with it what is below. */
    private static boolean isTree(FileOperation operation) {
      return switch (operation) {
        case Create create -> create.after().type() == FileType.DIRECTORY;
        case Delete delete -> delete.before().type() == FileType.DIRECTORY;
        case Move move -> move.before().type() == FileType.DIRECTORY;
        case Replace replace ->
            replace.before().type() == FileType.DIRECTORY
                || replace.after().type() == FileType.DIRECTORY;
        case SetAttributes _ -> false;
      };
    }

    private void add(AbsolutePath path, boolean tree) {
      paths.add(path);
      if (tree) {
        trees.add(path);
      }
    }

    /** Adds all that {@code other} touched. */
    void add(Touched other) {
      paths.addAll(other.paths);
      trees.addAll(other.trees);
    }

    /** Returns whether one of the two cannot be taken back without regard to the other. */
    boolean meets(Touched other) {
      return other.paths.stream().anyMatch(this::concerns)
          || paths.stream().anyMatch(path -> isBelow(path, other.trees));
    }

    /** Returns whether {@code path} was touched, or lies in a directory that was. */
    boolean concerns(AbsolutePath path) {
      return paths.contains(path) || isBelow(path, trees);
    }

    private static boolean isBelow(AbsolutePath path, Set<AbsolutePath> trees) {
      if (trees.isEmpty()) {
        return false;
      }
      for (AbsolutePath above = path; !above.belowRoot().isEmpty(); above = above.parent()) {
        if (trees.contains(above)) {
          return true;
        }
      }
      return false;
    }
  }
}
