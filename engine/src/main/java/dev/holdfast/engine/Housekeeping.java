package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.RootSession;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Clears up after finished transactions, inside the barriers of later ones: a token may go only
 * when the record that it stands for is durable, which the next transaction's barrier 1 makes it
 * (I12). Never a reason for an update to fail.
 *
 * <p>Frees old before-images in the same way, without a barrier of its own: one transaction's end
 * puts on record that they go, and they go at the end of a later one, whose barrier 1 made the
 * record durable. Each time it looks at a few of the oldest only, so that the cost does not follow
 * the length of the history.
 */
final class Housekeeping {
  private static final int LOOKED_AT = 24;

  private final Environment environment;
  private final Journal journal;
  private final RootRegistry registry;

  Housekeeping(Environment environment, Journal journal, RootRegistry registry) {
    this.environment = environment;
    this.journal = journal;
    this.registry = registry;
  }

  /**
   * What was on record before a transaction's barrier 1, and can be cleared up after it.
   *
   * @param finished transactions with a folder that are over
   * @param freed transactions whose before-images are to go
   */
  record Chores(Set<TransactionId> finished, Set<TransactionId> freed) {}

  /**
   * Returns what can be cleared up at these roots: its records were appended before this call, so
   * that they are durable after the next force of the journal.
   */
  Chores choresBefore(List<RootSession> roots) throws IOException {
    Chores chores = new Chores(new LinkedHashSet<>(), new LinkedHashSet<>());
    try (JournalView view = journal.read()) {
      for (RootSession root : roots) {
        for (TransactionId id : root.control().folders()) {
          if (view.find(id).filter(record -> record.state().isFinal()).isPresent()) {
            chores.finished().add(id);
          }
        }
        for (TransactionId id : oldest(root.control().retired())) {
          if (view.find(id).filter(TransactionRecord::pruned).isPresent()) {
            chores.freed().add(id);
          }
        }
      }
    }
    return chores;
  }

  private static List<TransactionId> oldest(List<TransactionId> sorted) {
    return sorted.subList(0, Math.min(LOOKED_AT, sorted.size()));
  }

  /** Does {@code chores}; call it only after a barrier in between. */
  void afterCommit(List<RootSession> roots, Chores chores) {
    quietly("earlier transactions", () -> doStillOnRecord(roots, chores));
    quietly("old before-images", () -> free(roots));
  }

  /** What is not on record any more was lost by an I/O error, which the barrier found out. */
  private void doStillOnRecord(List<RootSession> roots, Chores chores) throws IOException {
    try (JournalView view = journal.read()) {
      for (TransactionId id : chores.finished()) {
        if (view.find(id).filter(record -> record.state().isFinal()).isPresent()) {
          for (RootSession root : roots) {
            quietly(id.text(), () -> retire(root.control(), id));
          }
        }
      }
      for (TransactionId id : chores.freed()) {
        if (view.find(id).filter(TransactionRecord::pruned).isPresent()) {
          for (RootSession root : roots) {
            quietly(id.text(), () -> root.control().removeFolder(id));
          }
        }
      }
    }
  }

  private interface Chore {
    void run() throws IOException;
  }

  private static void quietly(String what, Chore chore) {
    try {
      chore.run();
    } catch (IOException e) {
      System.getLogger(Housekeeping.class.getName())
          .log(System.Logger.Level.WARNING, "cannot clear up after {0}: {1}", what, e.getMessage());
    }
  }

  private void retire(ControlDirectory control, TransactionId id) throws IOException {
    try (TransactionFolder folder = control.folder(id).orElse(null)) {
      if (folder == null || !folder.isAbandoned() || folder.hasFollowUp()) {
        return;
      }
      if (folder.has(Token.APPLIED) || folder.has(Token.KEPT)) {
        control.retire(id, folder);
      } else {
        control.removeFolder(id);
      }
    }
  }

  // ---- before-images ---------------------------------------------------------------------------

  /** Puts on record, unforced, that the before-images beyond the horizon go. */
  private void free(List<RootSession> roots) throws IOException {
    Set<Long> sequences = new TreeSet<>();
    for (RootSession root : roots) {
      List<TransactionId> retired = root.control().retired();
      if (retired.isEmpty()) {
        continue;
      }
      Horizon horizon = Horizon.of(RootSettings.of(root.control()));
      // A record for each single transaction would make the journal grow by a third.
      int atLeast = Math.max(1, horizon.newest() / 4);
      if (retired.size() >= horizon.newest() + atLeast) {
        Set<Long> beyond = beyond(root, horizon);
        if (beyond.size() >= Math.min(atLeast, LOOKED_AT)) {
          sequences.addAll(beyond);
        }
      }
    }
    if (!sequences.isEmpty()) {
      try (JournalWriter writer = journal.write()) {
        writer.prune(sequences);
      }
    }
  }

  private Set<Long> beyond(RootSession root, Horizon horizon) throws IOException {
    Instant now = environment.clock().instant();
    Set<Long> sequences = new TreeSet<>();
    try (JournalView view = journal.read()) {
      HeldImages held = HeldImages.of(root.tree().path(), root.control(), view);
      for (TransactionId id : oldest(root.control().retired())) {
        TransactionRecord record = held.record(id).orElse(null);
        if (record != null
            && !record.pruned()
            && HeldImages.isPlain(record)
            && held.isBeyond(record, horizon, now)
            && isBeyondElsewhere(record, held.root(), view, now)) {
          sequences.add(record.sequence());
        }
      }
    }
    return sequences;
  }

  /** A transaction of several roots keeps its before-images for each of them. */
  private boolean isBeyondElsewhere(
      TransactionRecord record, AbsolutePath root, JournalView view, Instant now)
      throws IOException {
    for (AbsolutePath other : record.beginning().roots()) {
      AbsolutePath place = other.equals(root) ? null : registry.control(other).orElse(null);
      if (place == null) {
        continue;
      }
      try (ControlDirectory control =
          ControlDirectory.open(environment.disk(), place).orElse(null)) {
        if (control == null) {
          return false;
        }
        HeldImages held = HeldImages.of(other, control, view);
        if (held.ids().contains(record.id())
            && !held.isBeyond(record, Horizon.of(RootSettings.of(control)), now)) {
          return false;
        }
      }
    }
    return true;
  }
}
