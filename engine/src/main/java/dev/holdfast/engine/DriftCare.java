package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Drift.Aspect;
import dev.holdfast.engine.Drift.Difference;
import dev.holdfast.engine.DriftScan.Found;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RootLocks;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What was changed outside of any transaction: finds it, takes it into the record, or puts back
 * what was committed.
 */
final class DriftCare {
  private final Holdfast holdfast;
  private final Engine engine;
  private final Progress progress;

  DriftCare(Holdfast holdfast, Progress progress) {
    this.holdfast = holdfast;
    this.engine = holdfast.engine();
    this.progress = progress;
  }

  // ---- verify ----------------------------------------------------------------------------------

  /** Compares trees with the record; see {@link Holdfast#verify}. */
  Drift verify(Collection<AbsolutePath> roots, boolean checksum, boolean all) throws IOException {
    List<Difference> differences = new ArrayList<>();
    List<Difference> same = new ArrayList<>();
    long managed = 0;
    long unmanaged = 0;
    engine.requireNothingPending(roots);
    try (JournalView view = engine.journal().read()) {
      for (AbsolutePath root : roots) {
        try (DriftScan scan = new DriftScan(engine, root, view, checksum, progress)) {
          for (Found found : scan.run(RelativePath.EMPTY)) {
            Difference difference = difference(root, found);
            if (found.aspects().isEmpty()) {
              same.add(difference);
            } else if (all || !found.aspects().contains(Aspect.UNMANAGED)) {
              differences.add(difference);
            }
          }
          managed += scan.managed();
          unmanaged += scan.unmanaged();
        }
      }
    }
    return new Drift(managed, unmanaged, differences, same);
  }

  private static Difference difference(AbsolutePath root, Found found) {
    return new Difference(
        root,
        found.path(),
        found.aspects(),
        found.entry() == null ? null : (Long) found.entry().transaction());
  }

  private static InDoubtException pending(AbsolutePath root, String what) {
    return new InDoubtException("a transaction is pending on " + root + ": " + what, null);
  }

  // ---- places ----------------------------------------------------------------------------------

  /** The paths below each root that are meant. */
  private SortedMap<AbsolutePath, List<RelativePath>> byRoot(Collection<AbsolutePath> paths)
      throws IOException {
    SortedMap<AbsolutePath, List<RelativePath>> byRoot = new TreeMap<>();
    for (AbsolutePath path : paths) {
      AbsolutePath root =
          engine.registry().roots().keySet().stream()
              .filter(each -> each.contains(path))
              .reduce((one, other) -> one.contains(other) ? other : one)
              .orElseThrow(() ->
                  new RefusedException(
                      path
                          + " is not under the care of the journal in "
                          + engine.journal().directory()));
      RelativePath below = path.belowRoot().below(root.belowRoot());
      byRoot.computeIfAbsent(root, _ -> new ArrayList<>()).add(below);
    }
    return byRoot;
  }

  // ---- accept ----------------------------------------------------------------------------------

  /** Takes the present state into the record; see {@link Holdfast#accept}. */
  Committed accept(Collection<AbsolutePath> paths, Options options) throws IOException {
    SortedMap<AbsolutePath, List<RelativePath>> byRoot = byRoot(paths);
    if (byRoot.size() > 1) {
      throw new RefusedException(
          "paths of several roots, " + byRoot.keySet() + ": accept those of one at a time");
    }
    AbsolutePath root = byRoot.firstKey();
    try (ControlDirectory control = engine.control(root);
        RootLocks _ =
            RootLocks.takeWriters(
                List.of(control),
                options.patience(),
                "process " + engine.environment().disk().host().processId() + " (accept)",
                engine.environment(),
                engine::checkCancelled)) {
      if (control.isPending()) {
        RecoveryReport report = engine.recovery().recover(Set.of(root), true);
        throw pending(root, report.isClean() ? "try again" : "run `holdfast recover` first");
      }
      return accept(root, control, byRoot.getOrDefault(root, List.of()), options);
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  private Committed accept(
      AbsolutePath root, ControlDirectory control, List<RelativePath> places, Options options)
      throws IOException {
    Instant began = engine.environment().clock().instant();
    Map<RelativePath, FileOperation> operations = new TreeMap<>();
    Map<RelativePath, Stat> seen = new TreeMap<>();
    try (JournalView view = engine.journal().read()) {
      for (RelativePath place : places) {
        try (DriftScan scan = new DriftScan(engine, root, view, false, progress)) {
          for (Found found : scan.run(place)) {
            if (!found.aspects().isEmpty()) {
              operations.put(found.path(), operation(scan, found));
              Stat stat = found.stat();
              if (stat != null && !stat.isDirectory()) {
                seen.put(found.path(), stat);
              }
            }
          }
        }
      }
    }
    List<FileOperation> all = List.copyOf(operations.values());
    if (all.isEmpty()) {
      return new Committed(OptionalLong.empty(), 0, List.of(), 0, 0, List.of());
    }
    PlannedRoot planned =
        new PlannedRoot(
            root,
            control.path(),
            control.directory().fileSystem().id(),
            new FileIdentity(0, Instant.EPOCH),
            true);
    TransactionId id = engine.environment().newId();
    Instant now = engine.environment().clock().instant();
    requireUnchanged(root, seen); // until now: what changes later has a later ctime
    long sequence;
    try (JournalWriter writer = engine.journal().write()) {
      sequence =
          writer
              .record(
                  engine.beginning(id, began, options, List.of(root), false, Origin.Kind.ACCEPT),
                  number ->
                      new Plan(
                          id,
                          number,
                          writer.journal(),
                          DurabilityMode.MERGED,
                          List.of(planned),
                          all,
                          List.of()),
                  Outcome.because(now, "accepted as it stands"))
              .sequence();
      writer.force();
    }
    return new Committed(
        OptionalLong.of(sequence), all.size(), Changes.of(all, List.of(root)), 0, 0, List.of());
  }

  private void requireUnchanged(AbsolutePath root, Map<RelativePath, Stat> seen)
      throws IOException {
    try (LiveTree tree = LiveTree.open(engine.environment().disk(), root)) {
      for (Map.Entry<RelativePath, Stat> each : seen.entrySet()) {
        Stat again = tree.stat(each.getKey()).orElse(null);
        if (again == null || !again.changed().equals(each.getValue().changed())) {
          throw ConflictException.changedMeanwhile(root.resolve(each.getKey()));
        }
      }
    }
  }

  private static FileOperation operation(DriftScan scan, Found found) throws IOException {
    RelativePath path = found.path();
    RecordedTree.Entry entry = found.entry();
    Stat stat = found.stat();
    if (stat == null) {
      RecordedTree.Entry was = required(entry);
      return new FileOperation.Delete(0, path, plain(was.facts()), was.identity(), 0);
    }
    Facts known = found.facts();
    Facts facts = known == null ? scan.tree().facts(path, stat) : known;
    if (facts.type() == FileType.FILE
        && (facts.digest() == null || found.aspects().contains(Aspect.CONTENT))) {
      facts = facts.withDigest(scan.digest(path));
    }
    Stat again = scan.tree().stat(path).orElse(null);
    if (again == null || (!stat.isDirectory() && !again.changed().equals(stat.changed()))) {
      throw ConflictException.changedMeanwhile(scan.tree().path().resolve(path));
    }
    FileIdentity identity = FileIdentity.of(stat);
    if (entry == null) {
      return new FileOperation.Create(0, path, plain(facts), identity, 0, RelativePath.EMPTY);
    }
    boolean same =
        !found.aspects().contains(Aspect.TYPE)
            && !found.aspects().contains(Aspect.CONTENT)
            && !found.aspects().contains(Aspect.LINK);
    return same
        ? new FileOperation.SetAttributes(0, path, plain(entry.facts()), plain(facts), identity)
        : new FileOperation.Replace(
            0, path, plain(entry.facts()), entry.identity(), plain(facts), identity, 0);
  }

  private static RecordedTree.Entry required(RecordedTree.@Nullable Entry entry) {
    if (entry == null) {
      throw new IllegalStateException("missing, but not on record");
    }
    return entry;
  }

  private static Facts plain(Facts facts) {
    return facts.withHardlink(null);
  }

  // ---- restore ---------------------------------------------------------------------------------

  /** Puts back what was committed; see {@link Holdfast#restore}. */
  Committed restore(Collection<AbsolutePath> paths, List<AbsolutePath> sources, Options options)
      throws IOException {
    SortedMap<AbsolutePath, List<RelativePath>> byRoot = byRoot(paths);
    Root[] roots = byRoot.keySet().stream().map(Root::new).toArray(Root[]::new);
    try (Transaction transaction = holdfast.begin(options, roots)) {
      Map<AbsolutePath, String> lost = new LinkedHashMap<>();
      for (Map.Entry<AbsolutePath, List<RelativePath>> each : byRoot.entrySet()) {
        restore(each.getKey(), each.getValue(), sources, transaction, lost);
      }
      if (!lost.isEmpty()) {
        List<String> texts = new ArrayList<>();
        lost.forEach((path, why) -> texts.add(path + " " + why));
        throw new ConflictException(
            "cannot be put back: " + String.join(", ", texts) + "; nothing was changed",
            lost.keySet().stream().map(Object::toString).toList());
      }
      progress.advanced(Progress.Phase.MAKING_DURABLE, 0, 0);
      return transaction.commit();
    } catch (DiskException e) {
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    }
  }

  private void restore(
      AbsolutePath root,
      List<RelativePath> places,
      List<AbsolutePath> sources,
      Transaction transaction,
      Map<AbsolutePath, String> lost)
      throws IOException {
    RootChanges changes = transaction.context().changes(new Root(root));
    Set<Long> known;
    try (JournalView view = engine.journal().read()) {
      known = appliedTo(root, view);
    }
    try (JournalView view = engine.journal().read();
        KeptContents contents = new KeptContents(engine, root, view, sources)) {
      for (RelativePath place : places) {
        try (DriftScan scan = new DriftScan(engine, root, view, false, progress)) {
          List<Found> all = scan.run(place);
          contents.add(all);
          for (Found found : all) {
            RecordedTree.Entry entry = found.entry();
            if (entry != null && !found.aspects().isEmpty()) {
              String why = restore(changes, found, plain(entry.facts()), contents);
              if (why != null) {
                lost.put(root.resolve(found.path()), why);
              }
            }
          }
        }
      }
    }
    requireNothingNew(root, known);
  }

  /**
   * Refuses if anybody committed on the root while it was compared: that is not what others left
   * there outside of any transaction. What is committed from now on, the watched paths tell.
   */
  private void requireNothingNew(AbsolutePath root, Set<Long> known) throws IOException {
    try (ControlDirectory control = engine.control(root)) {
      if (control.isPending()) { // asked first: who was through before is in the view
        throw new ConflictException(
            root + " is being changed by another transaction; nothing was changed",
            List.of(root.toString()));
      }
    }
    try (JournalView view = engine.journal().read()) {
      for (long sequence : appliedTo(root, view)) {
        if (!known.contains(sequence)) {
          throw new ConflictException(
              root + " was changed meanwhile by transaction " + sequence + "; nothing was changed",
              List.of(root.toString()));
        }
      }
    }
  }

  private static Set<Long> appliedTo(AbsolutePath root, JournalView view) throws IOException {
    Set<Long> applied = new TreeSet<>();
    for (TransactionRecord record : AppliedLog.after(view, 0)) {
      if (record.beginning().roots().stream().anyMatch(r -> r.contains(root) || root.contains(r))) {
        applied.add(record.sequence());
      }
    }
    return applied;
  }

  /** Stages what was committed at one path; returns why not, or null. */
  private static @Nullable String restore(
      RootChanges changes, Found found, Facts wanted, KeptContents contents) throws IOException {
    RelativePath path = found.path();
    changes.watch(path);
    boolean whole =
        found.aspects().contains(Aspect.MISSING)
            || found.aspects().contains(Aspect.TYPE)
            || found.aspects().contains(Aspect.CONTENT)
            || found.aspects().contains(Aspect.LINK);
    if (!whole) {
      changes.setFacts(path, wanted);
      return null;
    }
    KeptContents.Source source = null;
    if (wanted.type() == FileType.FILE) {
      ContentDigest digest = wanted.digest();
      source = digest == null ? null : contents.find(path, digest, wanted.size()).orElse(null);
      if (source == null) {
        return "was committed by transaction "
            + (found.entry() == null ? "" : found.entry().transaction())
            + ", but its bytes are kept nowhere";
      }
    } else if (wanted.type() == FileType.SOCKET) {
      return "was a socket, which only its program can make";
    }
    if (!path.isEmpty()) {
      Facts parent = changes.facts(path.parent()).orElse(null);
      if (parent == null || parent.type() != FileType.DIRECTORY) {
        return "has no directory to be in";
      }
    }
    Facts live = changes.facts(path).orElse(null);
    if (live != null && live.type() == FileType.DIRECTORY) {
      TreeDeletion.delete(changes, path);
    }
    if (source != null) {
      changes.putFile(path, wanted, source::copyTo);
    } else if (wanted.type() == FileType.DIRECTORY) {
      changes.putDirectory(path, wanted);
    } else {
      changes.putNode(path, wanted);
    }
    return null;
  }
}
