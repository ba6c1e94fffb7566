package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.AppliedLog.Touched;
import dev.holdfast.engine.Progress.Phase;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes transactions back in a new one: one of them, one with those that came after it and are in
 * the way, or all after a moment. Where a path is not what they left, nothing is changed: its bytes
 * are compared, too, because equal times prove nothing.
 */
final class TakeBack {
  private final Holdfast holdfast;
  private final Progress progress;
  private long compared;
  private long staged;
  private long bytes;

  TakeBack(Holdfast holdfast, Progress progress) {
    this.holdfast = holdfast;
    this.progress = progress;
  }

  /** One transaction to be taken back, and what of it. */
  private record Step(TransactionRecord record, Plan plan, List<FileOperation> operations) {
    boolean isAccepted() {
      return record.beginning().origin().kind() == Origin.Kind.ACCEPT;
    }

    Touched touched() {
      return Touched.by(plan, operations);
    }
  }

  /**
   * What is to be taken back.
   *
   * @param steps in the order in which they were applied
   * @param named the transaction that was asked for; null where it was a moment
   */
  private record Work(List<Step> steps, @Nullable Long named) {
    /** What was accepted is passed over, not taken back. */
    List<Long> newestFirst() {
      return steps.reversed().stream()
          .filter(step -> !step.isAccepted())
          .map(step -> step.record().sequence())
          .toList();
    }
  }

  // ---- what to take back -----------------------------------------------------------------------

  /** Takes one transaction back. */
  Committed undo(long sequence, UndoOptions options) throws IOException {
    holdfast.engine().settle(true);
    Step step;
    try (JournalView view = holdfast.engine().journal().read()) {
      step = step(view, sequence, options.only());
    }
    Work plain = new Work(List.of(step), sequence);
    try {
      return run(plain, options.transaction(), false);
    } catch (ConflictException e) {
      Work whole = options.cascade() ? cascade(step) : plain;
      if (whole.steps().size() == 1) {
        throw e;
      }
      return run(whole, options.transaction(), false);
    }
  }

  private static Step step(JournalView view, long sequence, List<AbsolutePath> only)
      throws IOException {
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
    if (record.beginning().origin().kind() == Origin.Kind.ACCEPT) {
      throw new RefusedException(
          "transaction "
              + sequence
              + " took changes of others into the record and changed nothing itself: there is"
              + " nothing to take back");
    }
    Plan plan = plan(view, sequence);
    List<FileOperation> operations = chosen(plan, only);
    if (operations.isEmpty() && !only.isEmpty()) {
      throw new RefusedException(
          "transaction "
              + sequence
              + " changed nothing at "
              + only.stream().map(Object::toString).collect(Collectors.joining(", ")));
    }
    requireImages(record, operations);
    return new Step(record, plan, operations);
  }

  private static Plan plan(JournalView view, long sequence) throws IOException {
    return view.plan(sequence)
        .orElseThrow(() -> new IllegalStateException("applied without a plan: " + sequence));
  }

  private static void requireImages(TransactionRecord record, List<FileOperation> operations)
      throws RefusedException {
    if (record.pruned() && operations.stream().anyMatch(BeforeImages::needsImage)) {
      throw new RefusedException(
          "transaction "
              + record.sequence()
              + " cannot be taken back: its before-images were freed (`holdfast prune`)");
    }
  }

  /**
   * Returns the operations at or below the given paths, and those without which these could not be
   * taken back: a directory has to be there again before what was in it.
   */
  private static List<FileOperation> chosen(Plan plan, List<AbsolutePath> only) {
    if (only.isEmpty()) {
      return plan.operations();
    }
    Set<FileOperation> chosen = new HashSet<>();
    Set<AbsolutePath> holders = new HashSet<>();
    for (FileOperation operation : plan.operations()) {
      AbsolutePath root = plan.roots().get(operation.root()).path();
      boolean inside = isInside(root.resolve(operation.path()), only);
      if (operation instanceof Move move) {
        inside |= isInside(root.resolve(move.to()), only);
      }
      if (inside) {
        chosen.add(operation);
        for (RelativePath above = operation.path(); !above.isEmpty(); ) {
          above = above.parent();
          holders.add(root.resolve(above));
        }
      }
    }
    return plan.operations().stream()
        .filter(operation ->
            chosen.contains(operation)
                || (operation instanceof FileOperation.Delete
                    && holders.contains(
                        plan.roots().get(operation.root()).path().resolve(operation.path()))))
        .toList();
  }

  private static boolean isInside(AbsolutePath path, List<AbsolutePath> places) {
    return places.stream().anyMatch(place -> place.contains(path));
  }

  /** Adds every later transaction that touched what is to be taken back, and so on. */
  private Work cascade(Step first) throws IOException {
    List<Step> steps = new ArrayList<>(List.of(first));
    Touched touched = first.touched();
    try (JournalView view = holdfast.engine().journal().read()) {
      for (TransactionRecord record : AppliedLog.after(view, first.record().decided())) {
        Plan plan = plan(view, record.sequence());
        Step step = new Step(record, plan, plan.operations());
        if (touched.meets(step.touched())) {
          requireImages(record, step.isAccepted() ? List.of() : plan.operations());
          touched.add(step.touched());
          steps.add(step);
        }
      }
    }
    return new Work(steps, first.record().sequence());
  }

  /** Takes back everything at or below {@code place} that was applied after a transaction. */
  Committed rewindTo(long sequence, @Nullable AbsolutePath place, Options options, boolean dryRun)
      throws IOException {
    holdfast.engine().settle(!dryRun);
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
                + ": there was no state of"
                + " a tree after it");
      }
      return rewind(later(view, record.decided(), place), options, dryRun);
    }
  }

  /**
   * Takes back everything at or below {@code place} that was applied after the last that had ended
   * at a moment.
   */
  Committed rewindTo(Instant moment, @Nullable AbsolutePath place, Options options, boolean dryRun)
      throws IOException {
    holdfast.engine().settle(!dryRun);
    try (JournalView view = holdfast.engine().journal().read()) {
      List<TransactionRecord> all =
          AppliedLog.after(view, 0).stream()
              .filter(record -> place == null || concerns(record, place))
              .toList();
      return rewind(later(view, lastEnded(moment, all), place), options, dryRun);
    }
  }

  private static boolean concerns(TransactionRecord record, AbsolutePath place) {
    return record.beginning().roots().stream()
        .anyMatch(root -> root.contains(place) || place.contains(root));
  }

  /**
   * Returns when the last one was decided that had ended at a moment; 0 for none.
   *
   * @param all in the order in which they were applied
   * @throws RefusedException if the times around the moment are not in that order: a clock was
   *     changed, and what the moment means is a guess
   */
  private long lastEnded(Instant moment, List<TransactionRecord> all) throws RefusedException {
    Instant now = holdfast.engine().environment().clock().instant();
    if (!all.isEmpty() && now.isBefore(HeldImages.ended(all.getLast()))) {
      throw unsound(
          "the clock says %s, but transaction %d ended at %s"
              .formatted(now, all.getLast().sequence(), HeldImages.ended(all.getLast())));
    }
    int index = all.size() - 1;
    while (index >= 0 && HeldImages.ended(all.get(index)).isAfter(moment)) {
      index--;
    }
    if (index < 0) {
      return 0;
    }
    TransactionRecord last = all.get(index);
    for (TransactionRecord earlier : all.subList(0, index)) {
      Instant began = earlier.beginning().began();
      Instant ended = HeldImages.ended(earlier);
      // Two at a time may end in another order, but none ends before one before it has begun.
      if (ended.isAfter(moment) || HeldImages.ended(last).isBefore(began)) {
        throw unsound(
            "transaction %d was applied after transaction %d (from %s to %s), but ended at %s"
                .formatted(
                    last.sequence(), earlier.sequence(), began, ended, HeldImages.ended(last)));
      }
    }
    return last.decided();
  }

  private static RefusedException unsound(String why) {
    return new RefusedException(
        why
            + ": the clock was changed, or they ran at one time; name the transaction to go back to"
            + " instead of a time");
  }

  private static List<Step> later(JournalView view, long decided, @Nullable AbsolutePath place)
      throws IOException {
    List<AbsolutePath> only = place == null ? List.of() : List.of(place);
    List<Step> steps = new ArrayList<>();
    for (TransactionRecord record : AppliedLog.after(view, decided)) {
      Plan plan = plan(view, record.sequence());
      List<FileOperation> operations = chosen(plan, only);
      if (!operations.isEmpty()) {
        steps.add(new Step(record, plan, operations));
      }
    }
    return steps;
  }

  private Committed rewind(List<Step> steps, Options options, boolean dryRun) throws IOException {
    if (steps.stream().allMatch(Step::isAccepted)) {
      return new Committed(OptionalLong.empty(), 0, List.of(), 0, 0, List.of());
    }
    return run(new Work(steps, null), options, dryRun);
  }

  // ---- doing it --------------------------------------------------------------------------------

  private Committed run(Work work, Options options, boolean dryRun) throws IOException {
    SortedMap<AbsolutePath, List<Step>> byRoot = new TreeMap<>();
    for (Step step : work.steps()) {
      step.operations().stream()
          .map(operation -> step.plan().roots().get(operation.root()).path())
          .distinct()
          .forEach(root -> byRoot.computeIfAbsent(root, _ -> new ArrayList<>()).add(step));
    }
    // What others made is theirs: where nothing of ours is to be taken back, nothing is touched.
    byRoot.values().removeIf(steps -> steps.stream().allMatch(Step::isAccepted));
    if (dryRun) {
      holdfast.engine().requireNothingPending(byRoot.keySet());
    }
    Root[] roots = byRoot.keySet().stream().map(Root::new).toArray(Root[]::new);
    Options recorded = options.withTakesBack(work.named(), work.newestFirst());
    try (Transaction transaction = holdfast.begin(recorded, roots)) {
      return run(work, byRoot, transaction, dryRun);
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  private Committed run(
      Work work,
      SortedMap<AbsolutePath, List<Step>> byRoot,
      Transaction transaction,
      boolean dryRun)
      throws IOException {
    List<RootUndo> undos = new ArrayList<>();
    try (Held held = new Held()) {
      for (Map.Entry<AbsolutePath, List<Step>> entry : byRoot.entrySet()) {
        undos.add(undo(entry.getKey(), entry.getValue(), transaction, held));
      }
      for (RootUndo undo : undos) {
        undo.check();
      }
      requireNoConflict(work, undos);
      if (dryRun) {
        List<Change> changes = undos.stream().flatMap(undo -> undo.changes().stream()).toList();
        return new Committed(OptionalLong.empty(), changes.size(), changes, 0, 0, List.of());
      }
      for (AbsolutePath root : byRoot.keySet()) {
        transaction.context().changes(new Root(root)); // only now it goes on record
      }
      for (RootUndo undo : undos) {
        undo.stage();
      }
      requireNoConflict(work, undos);
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

  /** The before-images that are looked into. */
  private static final class Held implements AutoCloseable {
    private final BeforeImages.OpenFolders folders = new BeforeImages.OpenFolders();
    private final List<ControlDirectory> controls = new ArrayList<>();
    private final List<BeforeImages> images = new ArrayList<>();

    ControlDirectory add(ControlDirectory control) {
      controls.add(control);
      return control;
    }

    BeforeImages of(ControlDirectory control, Plan plan) {
      BeforeImages of = new BeforeImages(folders, control, plan);
      images.add(of);
      return of;
    }

    @Override
    public void close() {
      images.forEach(BeforeImages::close);
      controls.forEach(ControlDirectory::close);
    }
  }

  private RootUndo undo(AbsolutePath root, List<Step> steps, Transaction transaction, Held held)
      throws IOException {
    ControlDirectory control = held.add(holdfast.engine().control(root));
    RootChanges changes = transaction.context().look(new Root(root));
    Step first = steps.getFirst();
    RootUndo.StandIns standIns =
        () -> StandIns.since(holdfast.engine().journal(), first.record().sequence(), root);
    if (steps.size() == 1 && first.operations().size() == first.plan().operations().size()) {
      BeforeImages images = held.of(control, first.plan());
      return new RootUndo(
          changes, images, first.plan(), index(first.plan(), root), standIns, new Watch());
    }
    Composition composition = new Composition(changes.tree());
    for (Step step : steps) {
      BeforeImages images = held.of(control, step.plan());
      int index = index(step.plan(), root);
      composition.add(
          step.plan(),
          index,
          step.operations().stream().filter(operation -> operation.root() == index).toList(),
          images,
          step.isAccepted(),
          step.operations().size() == step.plan().operations().size());
    }
    return new RootUndo(changes, composition, composition.plan(), 0, standIns, new Watch());
  }

  private static int index(Plan plan, AbsolutePath root) {
    for (int i = 0; i < plan.roots().size(); i++) {
      if (plan.roots().get(i).path().equals(root)) {
        return i;
      }
    }
    throw new IllegalStateException("not a root of transaction " + plan.sequence() + ": " + root);
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

  private void requireNoConflict(Work work, List<RootUndo> undos) throws IOException {
    Map<AbsolutePath, String> conflicts = new LinkedHashMap<>();
    undos.forEach(undo -> conflicts.putAll(undo.conflicts()));
    if (conflicts.isEmpty()) {
      return;
    }
    Map<AbsolutePath, List<Long>> later = laterTransactions(work, conflicts.keySet());
    List<String> texts = new ArrayList<>();
    conflicts.forEach((path, reason) -> {
      List<Long> by = later.getOrDefault(path, List.of());
      texts.add(path + " " + reason + by(by));
    });
    boolean helps = work.steps().size() == 1 && !later.isEmpty();
    throw new ConflictException(
        name(work)
            + " cannot be taken back: "
            + String.join(", ", texts)
            + "; nothing was changed"
            + (helps ? "; --cascade takes those back, too" : ""),
        conflicts.keySet().stream().map(Object::toString).toList());
  }

  private static String by(List<Long> sequences) {
    return switch (sequences.size()) {
      case 0 -> "";
      case 1 -> " (transaction " + sequences.getFirst() + ")";
      default ->
          " (transactions "
              + sequences.stream().map(String::valueOf).collect(Collectors.joining(", "))
              + ")";
    };
  }

  private static String name(Work work) {
    List<Long> all = work.newestFirst();
    return all.size() == 1
        ? "transaction " + all.getFirst()
        : "transactions " + all.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** Finds the later transactions that touched each path, for the message. */
  private Map<AbsolutePath, List<Long>> laterTransactions(Work work, Set<AbsolutePath> conflicts)
      throws IOException {
    Map<AbsolutePath, List<Long>> later = new LinkedHashMap<>();
    Set<Long> ours = new HashSet<>(work.newestFirst());
    try (JournalView view = holdfast.engine().journal().read()) {
      long since = work.steps().getFirst().record().decided();
      for (TransactionRecord record : AppliedLog.after(view, since)) {
        if (ours.contains(record.sequence())) {
          continue;
        }
        Plan plan = plan(view, record.sequence());
        Touched touched = Touched.by(plan, plan.operations());
        for (AbsolutePath path : conflicts) {
          if (touched.concerns(path)) {
            later.computeIfAbsent(path, _ -> new ArrayList<>()).add(record.sequence());
          }
        }
      }
    }
    return later;
  }
}
