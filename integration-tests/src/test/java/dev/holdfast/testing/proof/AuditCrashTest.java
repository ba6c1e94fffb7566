package dev.holdfast.testing.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Anchor;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.PruneOptions;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.History;
import dev.holdfast.testing.PowerCut;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The power goes at every step of updates, of taking back, of printing anchors and of pruning: what
 * was anchored is there, and nothing that a crash leaves looks like tampering. What was freed says
 * so, and what does not can be taken back.
 */
final class AuditCrashTest {
  private static final AbsolutePath STATE = AbsolutePath.of("/state");
  private static final AbsolutePath SITE = AbsolutePath.of("/srv/site");
  private static final Options OPTIONS = Options.message("test");
  private static final PruneOptions NEWEST = new PruneOptions(1, null, null, false);
  private static final String PRUNED = "pruned";

  private History history;

  @BeforeEach
  void recordAHistory() throws IOException {
    SimulatedDisk disk = SimulatedDisk.builder().build();
    TreeMaker.at(disk, SITE.toString()).file("a", "0").file("b", "0");
    try (Holdfast holdfast = Sessions.open(disk, STATE)) {
      Root root = holdfast.root(SITE);
      disk.settle();
      history = disk.record();
      write(holdfast, root, "a", "1");
      disk.note(holdfast.audit().anchor());
      write(holdfast, root, "b", "1");
      write(holdfast, root, "a", "2");
      disk.note(holdfast.audit().anchor());
      holdfast.undo(3, OPTIONS, Progress.NONE);
      holdfast.prune(NEWEST);
      disk.note(PRUNED);
      disk.note(holdfast.audit().anchor());
    }
  }

  private static void write(Holdfast holdfast, Root root, String name, String text)
      throws IOException {
    try (Transaction transaction = holdfast.begin(OPTIONS, root)) {
      transaction.write(root, name, text.getBytes(UTF_8));
      transaction.commit();
    }
  }

  private static List<Anchor> anchors(List<Object> notes) {
    return notes.stream().filter(Anchor.class::isInstance).map(Anchor.class::cast).toList();
  }

  @Test
  void noCrashLooksLikeTampering() throws IOException {
    int anchored = 0;
    for (CrashPlan plan : history.plans(PowerCut.variety(1, 1))) {
      List<Anchor> anchors = anchors(history.notesBefore(plan));
      anchored += anchors.size();
      SimulatedDisk disk = history.after(plan);
      try (Holdfast holdfast = Sessions.open(disk, STATE)) {
        holdfast.audit().check(anchors);
        holdfast.recover(List.of(), false);
        List<Anchor> all = new ArrayList<>(anchors);
        all.add(holdfast.audit().anchor());
        holdfast.audit().check(all);
        write(holdfast, holdfast.root(SITE), "a", "after " + plan);
        holdfast.audit().check(all);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(history.trace(plan), e);
      }
    }
    assertThat(anchored).isGreaterThan(100);
  }

  /** That the test above can fail: an anchor of what was never there is missed. */
  @Test
  void anAnchorOfAnotherHistoryIsMissed() throws IOException {
    CrashPlan end = CrashPlan.kill(history.steps() + 1);
    Anchor last = anchors(history.notesBefore(end)).getLast();
    ContentDigest other = ContentDigest.of(new byte[32]);
    for (Anchor wrong :
        List.of(
            new Anchor(last.journal(), new ChainHead(last.head().records(), other)),
            new Anchor(
                last.journal(), new ChainHead(last.head().records() + 9, last.head().digest())))) {
      try (Holdfast holdfast = Sessions.open(history.after(end), STATE)) {
        assertThatThrownBy(() -> holdfast.audit().check(List.of(wrong)))
            .isInstanceOf(JournalException.class);
      }
    }
  }

  @Test
  void whatIsFreedIsOnRecordFirst() throws IOException {
    int between = 0;
    long empty;
    try (Holdfast holdfast = Sessions.open(history.after(CrashPlan.kill(1)), STATE)) {
      empty = held(holdfast);
    }
    for (CrashPlan plan : history.plans(PowerCut.variety(3, 1))) {
      SimulatedDisk disk = history.after(plan);
      try (Holdfast holdfast = Sessions.open(disk, STATE)) {
        holdfast.recover(List.of(), false);
        boolean acknowledged = history.notesBefore(plan).contains(PRUNED);
        List<Long> pruned = pruned(holdfast);
        assertThat(pruned.isEmpty() || pruned.equals(List.of(1L, 2L, 3L))).isTrue();
        if (acknowledged) {
          assertThat(pruned).isNotEmpty();
        } else if (!pruned.isEmpty()) {
          between++;
        }
        takeAllBack(holdfast, pruned);
        holdfast.prune(new PruneOptions(0, null, null, false));
        assertThat(held(holdfast)).isEqualTo(empty);
        holdfast.audit().check(anchors(history.notesBefore(plan)));
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(history.trace(plan), e);
      }
    }
    assertThat(between).as("crashes between the record and the acknowledgement").isPositive();
  }

  private static long held(Holdfast holdfast) throws IOException {
    return holdfast.status().roots().getFirst().beforeImageBytes();
  }

  private static List<Long> pruned(Holdfast holdfast) throws IOException {
    List<Long> pruned = new ArrayList<>();
    try (TransactionLog log = holdfast.log()) {
      for (Iterator<TransactionRecord> all = log.newestFirst(); all.hasNext(); ) {
        TransactionRecord record = all.next();
        if (record.pruned()) {
          pruned.addFirst(record.sequence());
        }
      }
    }
    return pruned;
  }

  /** Newest first; the rest is refused by name, not half done. */
  private static void takeAllBack(Holdfast holdfast, List<Long> pruned) throws IOException {
    long last;
    try (TransactionLog log = holdfast.log()) {
      Iterator<TransactionRecord> newest = log.newestFirst();
      last = newest.hasNext() ? newest.next().sequence() : 0;
    }
    for (long sequence = last; sequence > 0; sequence--) {
      long taken = sequence;
      boolean applied;
      try (TransactionLog log = holdfast.log()) {
        applied = log.find(taken).orElseThrow().state() == TransactionState.APPLIED;
      }
      if (!applied) {
        continue;
      }
      if (pruned.contains(taken)) {
        assertThatThrownBy(() -> holdfast.undo(taken, OPTIONS, Progress.NONE))
            .hasMessageContaining("transaction " + taken + " cannot be taken back");
      } else {
        holdfast.undo(taken, OPTIONS, Progress.NONE);
      }
    }
  }
}
