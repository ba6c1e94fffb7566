package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.TypedPath;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Chooses transactions by what they changed: a root, or a path and what is below it.
 *
 * @param places the path, in every form that a record may have of it; empty for all
 */
record PathFilter(List<AbsolutePath> places) {
  /** Chooses all. */
  static final PathFilter ALL = new PathFilter(List.of());

  /** Copies the list. */
  PathFilter {
    places = List.copyOf(places);
  }

  /** Returns the filter for {@code path}, which need not be there any more. */
  static PathFilter of(Disk disk, AbsolutePath path) throws DiskException {
    List<AbsolutePath> places = new ArrayList<>();
    places.add(TypedPath.located(disk, path));
    try {
      places.add(disk.realPath(path)); // a root may be named by a link to it
    } catch (DiskException _) {
      // It is not there (any more), or a link to nowhere: then it is a path and no root.
    }
    return new PathFilter(places);
  }

  /** Returns whether the transaction changed a path that is to be listed. */
  boolean accepts(TransactionRecord transaction, TransactionLog log) throws IOException {
    List<AbsolutePath> roots = transaction.beginning().roots();
    if (places.isEmpty() || roots.stream().anyMatch(this::isInside)) {
      return true;
    }
    if (roots.stream().noneMatch(root -> places.stream().anyMatch(root::contains))) {
      return false;
    }
    Optional<Plan> plan = log.plan(transaction.sequence());
    return plan.isPresent()
        && plan.get().operations().stream().anyMatch(operation -> touches(plan.get(), operation));
  }

  /** Returns whether {@code path} is to be listed. */
  boolean isInside(AbsolutePath path) {
    return places.isEmpty() || places.stream().anyMatch(place -> place.contains(path));
  }

  private boolean touches(Plan plan, FileOperation operation) {
    AbsolutePath root = plan.roots().get(operation.root()).path();
    AbsolutePath path = root.resolve(operation.path());
    if (!(operation instanceof FileOperation.Move move)) {
      return isInside(path);
    }
    AbsolutePath to = root.resolve(move.to());
    // A directory moves with all that is in it.
    return isInside(path)
        || isInside(to)
        || places.stream().anyMatch(place -> path.contains(place) || to.contains(place));
  }
}
