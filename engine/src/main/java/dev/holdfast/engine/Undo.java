package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.Progress.Phase;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Takes a transaction back in a new one. Where a path is not what the transaction left, nothing is
 * changed: its bytes are compared, too, because equal times prove nothing.
 */
final class Undo {
  private final Holdfast holdfast;
  private final long sequence;
  private final Options options;
  private final Progress progress;
  private long compared;
  private long staged;
  private long bytes;

  Undo(Holdfast holdfast, long sequence, Options options, Progress progress) {
    this.holdfast = holdfast;
    this.sequence = sequence;
    this.options = options.withUndoes(sequence);
    this.progress = progress;
  }

  Committed run() throws IOException {
    Plan plan = plan();
    Map<Integer, Root> roots = new TreeMap<>();
    plan.operations()
        .forEach(operation ->
            roots.computeIfAbsent(
                operation.root(), index -> new Root(plan.roots().get(index).path())));
    try (Transaction transaction = holdfast.begin(options, roots.values().toArray(Root[]::new))) {
      return run(plan, roots, transaction);
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  private Plan plan() throws IOException {
    try (JournalView view = holdfast.engine().journal().read()) {
      TransactionRecord record =
          view.find(sequence)
              .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
      if (record.state() != TransactionState.APPLIED) {
        throw new RefusedException(
            "transaction "
                + sequence
                + " is "
                + record.state().label()
                + ": only an applied one can be taken back");
      }
      Plan plan =
          view.plan(sequence)
              .orElseThrow(() -> new IllegalStateException("applied without a plan: " + sequence));
      if (record.pruned() && plan.operations().stream().anyMatch(BeforeImages::needsImage)) {
        throw new RefusedException(
            "transaction "
                + sequence
                + " cannot be taken back: its before-images were freed (`holdfast prune`)");
      }
      return plan;
    }
  }

  private Committed run(Plan plan, Map<Integer, Root> roots, Transaction transaction)
      throws IOException {
    List<RootUndo> undos = new ArrayList<>();
    List<BeforeImages> images = new ArrayList<>();
    try {
      for (Map.Entry<Integer, Root> root : roots.entrySet()) {
        RootChanges changes = transaction.context().changes(root.getValue());
        BeforeImages opened = images(root.getValue(), plan);
        images.add(opened);
        RootUndo.StandIns standIns =
            () -> StandIns.since(holdfast.engine().journal(), sequence, root.getValue().path());
        undos.add(new RootUndo(changes, opened, plan, root.getKey(), standIns, new Watch()));
      }
      for (RootUndo undo : undos) {
        undo.check();
      }
      requireNoConflict(plan, undos);
      for (RootUndo undo : undos) {
        undo.stage();
      }
      requireNoConflict(plan, undos);
    } finally {
      images.forEach(BeforeImages::close);
    }
    progress.advanced(Phase.MAKING_DURABLE, 0, 0);
    Committed done = transaction.commit();
    List<String> notes = new ArrayList<>(done.notes());
    undos.forEach(undo -> notes.addAll(undo.notes()));
    return new Committed(
        done.sequence(),
        done.operations(),
        done.changes(),
        done.exposureMicros(),
        done.renames(),
        notes);
  }

  private BeforeImages images(Root root, Plan plan) throws IOException {
    try (ControlDirectory control = holdfast.engine().control(root.path())) {
      return new BeforeImages(control, plan);
    }
  }

  private final class Watch implements RootUndo.Watcher {
    @Override
    public void compared() throws IOException {
      holdfast.engine().checkCancelled();
      progress.advanced(Phase.COMPARING, ++compared, bytes);
    }

    @Override
    public void staged() throws IOException {
      holdfast.engine().checkCancelled();
      progress.advanced(Phase.STAGING, ++staged, bytes);
    }

    @Override
    public void read(long more) throws IOException {
      holdfast.engine().checkCancelled();
      bytes += more;
    }
  }

  // ---- conflicts -------------------------------------------------------------------------------

  private void requireNoConflict(Plan plan, List<RootUndo> undos) throws IOException {
    Map<AbsolutePath, String> conflicts = new LinkedHashMap<>();
    undos.forEach(undo -> conflicts.putAll(undo.conflicts()));
    if (conflicts.isEmpty()) {
      return;
    }
    Map<AbsolutePath, Long> later = laterTransactions(plan, conflicts);
    List<String> texts = new ArrayList<>();
    conflicts.forEach((path, reason) -> {
      Long by = later.get(path);
      texts.add(path + " " + reason + (by == null ? "" : " (transaction " + by + ")"));
    });
    throw new ConflictException(
        "transaction "
            + sequence
            + " cannot be taken back: "
            + String.join(", ", texts)
            + "; nothing was changed",
        conflicts.keySet().stream().map(Object::toString).toList());
  }

  /** Finds the newest later transaction that touched each path, for the message. */
  private Map<AbsolutePath, Long> laterTransactions(
      Plan undone, Map<AbsolutePath, String> conflicts) throws IOException {
    Map<AbsolutePath, Long> later = new LinkedHashMap<>();
    try (JournalView view = holdfast.engine().journal().read()) {
      for (long next = undone.sequence() + 1; next <= view.lastSequence(); next++) {
        boolean applied =
            view.find(next).filter(r -> r.state() == TransactionState.APPLIED).isPresent();
        Plan plan = applied ? view.plan(next).orElse(null) : null;
        if (plan == null) {
          continue;
        }
        for (FileOperation operation : plan.operations()) {
          PlannedRoot root = plan.roots().get(operation.root());
          AbsolutePath path = root.path().resolve(operation.path());
          if (conflicts.containsKey(path)) {
            later.put(path, next);
          }
          if (operation instanceof Move move
              && conflicts.containsKey(root.path().resolve(move.to()))) {
            later.put(root.path().resolve(move.to()), next);
          }
        }
      }
    }
    return later;
  }
}
