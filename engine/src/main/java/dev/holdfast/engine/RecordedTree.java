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
import java.util.Map;
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
   * @param ended when that one had ended: its inode has not changed since
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
      if (plan.roots().get(operation.root()).path().equals(root)) {
        add(record.sequence(), ended, operation);
      }
    }
    for (DirectoryTime time : plan.directoryTimes()) {
      Entry entry = entries.get(time.path());
      if (entry != null && plan.roots().get(time.root()).path().equals(root)) {
        Facts facts = entry.facts().withModified(time.after());
        entries.put(time.path(), new Entry(facts, entry.identity(), entry.transaction(), ended));
      }
    }
  }

  private void add(long sequence, Instant ended, FileOperation operation) {
    switch (operation) {
      case Create create ->
          entries.put(create.path(), new Entry(create.after(), create.staged(), sequence, ended));
      case Replace replace ->
          entries.put(
              replace.path(), new Entry(replace.after(), replace.staged(), sequence, ended));
      case SetAttributes change -> {
        Entry old = entries.get(change.path());
        Facts facts = change.after();
        if (facts.digest() == null && old != null && old.identity().equals(change.inode())) {
          facts = facts.withDigest(old.facts().digest());
        }
        entries.put(change.path(), new Entry(facts, change.inode(), sequence, ended));
      }
      case Delete delete -> entries.remove(delete.path());
      case Move move -> {
        List<RelativePath> below = new ArrayList<>();
        for (Map.Entry<RelativePath, Entry> each : entries.tailMap(move.path()).entrySet()) {
          if (move.path().contains(each.getKey())) {
            below.add(each.getKey());
          }
        }
        for (RelativePath path : below) {
          Entry entry = entries.remove(path);
          if (entry != null) {
            entries.put(move.to().resolve(path.below(move.path())), entry);
          }
        }
        Entry moved = entries.get(move.to());
        Facts facts = moved == null ? move.before() : moved.facts();
        entries.put(move.to(), new Entry(facts, move.moved(), sequence, ended));
      }
    }
  }
}
