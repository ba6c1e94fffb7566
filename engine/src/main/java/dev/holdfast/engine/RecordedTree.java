package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** A root as the journal last recorded it: every path that a transaction touched and that is. */
final class RecordedTree {
  private final SortedMap<RelativePath, Entry> entries = new TreeMap<>();

  private RecordedTree() {}

  /**
   * One path.
   *
   * @param facts what it is
   * @param identity which inode it is
   * @param transaction the last one that touched it
   * @param ended when the one that wrote its bytes had ended: an inode that has not changed since
   *     has them
   */
  record Entry(Facts facts, FileIdentity identity, long transaction, Instant ended) {}

  /** Reads what all applied transactions left at {@code root}. */
  static RecordedTree of(JournalView view, AbsolutePath root) throws IOException {
    RecordedTree tree = new RecordedTree();
    for (TransactionRecord record : AppliedLog.after(view, 0)) {
      if (record.beginning().roots().stream().anyMatch(r -> r.contains(root) || root.contains(r))) {
        Plan plan = view.plan(record.sequence()).orElse(null);
        if (plan != null) {
          tree.add(record, plan, root);
        }
      }
    }
    return tree;
  }

  /** Returns all paths that are on record as being there. */
  SortedMap<RelativePath, Entry> entries() {
    return entries;
  }

  private void add(TransactionRecord record, Plan plan, AbsolutePath root) {
    Instant ended = HeldImages.ended(record);
    for (FileOperation operation : plan.operations()) {
      AbsolutePath above = plan.roots().get(operation.root()).path();
      if (root.contains(above.resolve(operation.path()))
          || (operation instanceof Move move && root.contains(above.resolve(move.to())))) {
        add(record.sequence(), ended, operation, above, root);
      }
    }
    for (DirectoryTime time : plan.directoryTimes()) {
      AbsolutePath place = plan.roots().get(time.root()).path().resolve(time.path());
      RelativePath path = root.contains(place) ? below(place, root) : null;
      Entry entry = path == null ? null : entries.get(path);
      if (path != null && entry != null) {
        Facts facts = entry.facts().withModified(time.after());
        entries.put(path, new Entry(facts, entry.identity(), entry.transaction(), ended));
      }
    }
  }

  /** A path that was changed as one of another root, around this one or in it, is the same path. */
  private static RelativePath below(AbsolutePath place, AbsolutePath root) {
    return place.belowRoot().below(root.belowRoot());
  }

  private void add(
      long sequence,
      Instant ended,
      FileOperation operation,
      AbsolutePath above,
      AbsolutePath root) {
    AbsolutePath place = above.resolve(operation.path());
    if (operation instanceof Move move) {
      AbsolutePath target = above.resolve(move.to());
      if (root.contains(place) && root.contains(target)) {
        move(sequence, ended, move, below(place, root), below(target, root));
      } else if (root.contains(place)) {
        RelativePath gone = below(place, root);
        entries.keySet().removeIf(gone::contains);
      } else {
        entries.put(below(target, root), new Entry(move.before(), move.moved(), sequence, ended));
      }
      return;
    }
    RelativePath path = below(place, root);
    switch (operation) {
      case Create create ->
          entries.put(path, new Entry(create.after(), create.staged(), sequence, ended));
      case Replace replace ->
          entries.put(path, new Entry(replace.after(), replace.staged(), sequence, ended));
      case SetAttributes change -> {
        Entry old = entries.get(path);
        Facts facts = change.after();
        Instant known = ended;
        if (facts.digest() == null && old != null && old.identity().equals(change.inode())) {
          facts = facts.withDigest(old.facts().digest());
          known = old.ended(); // nobody read the bytes since
        }
        entries.put(path, new Entry(facts, change.inode(), sequence, known));
      }
      case Delete _ -> entries.remove(path);
      case Move _ -> throw new IllegalStateException("handled above");
    }
  }

  private void move(long sequence, Instant ended, Move move, RelativePath from, RelativePath to) {
    List<RelativePath> below = new ArrayList<>();
    for (RelativePath each : entries.tailMap(from).keySet()) {
      if (from.contains(each)) {
        below.add(each);
      }
    }
    for (RelativePath path : below) {
      Entry entry = entries.remove(path);
      if (entry != null) {
        entries.put(to.resolve(path.below(from)), entry);
      }
    }
    Entry moved = entries.get(to);
    Facts facts = moved == null ? move.before() : moved.facts();
    Instant known = moved == null ? ended : moved.ended(); // nobody read the bytes since
    entries.put(to, new Entry(facts, move.moved(), sequence, known));
  }
}
