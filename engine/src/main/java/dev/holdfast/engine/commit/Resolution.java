package dev.holdfast.engine.commit;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.RecoveryDecision.Doubt;
import dev.holdfast.engine.commit.RecoveryDecision.Leave;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.commit.RootLocks.Checkpoint;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The ways out of doubt. Recovery never guesses; here an administrator says which way to go, and
 * that is on record. Acts with recovery's own steps, under the same locks.
 *
 * <p>What recovery can decide by itself is refused here: nobody should choose a direction against
 * the evidence. Where the marker is gone programs may have run since, so no tree is touched (I10).
 */
public final class Resolution {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MOST_NOTES = 1000;

  private final Environment environment;
  private final Journal journal;
  private final RootRegistry registry;
  private final Recovery recovery;

  /** Creates the resolution of one journal's transactions. */
  public Resolution(
      Environment environment, Journal journal, RootRegistry registry, Recovery recovery) {
    this.environment = environment;
    this.journal = journal;
    this.registry = registry;
    this.recovery = recovery;
  }

  private enum Way {
    FORWARD("--forward"),
    BACK("--back"),
    AS_IS("--as-is");

    private final String option;

    Way(String option) {
      this.option = option;
    }
  }

  /**
   * Tries again to finish a transaction.
   *
   * @param force whether to leave out what is damaged, and roots that are out of reach
   * @throws RefusedException if recovery can end it, or there is nothing to end
   */
  public RecoveryReport forward(long sequence, boolean force) throws IOException {
    return resolve(sequence, Way.FORWARD, force);
  }

  /**
   * Tries again to take a transaction back.
   *
   * @param force whether to leave paths as they are whose before-images are gone, and roots that
   *     are out of reach
   * @throws RefusedException if recovery can end it, or there is nothing to end
   */
  public RecoveryReport back(long sequence, boolean force) throws IOException {
    return resolve(sequence, Way.BACK, force);
  }

  /**
   * Accepts the trees as they stand: the transaction is applied on record, with the paths where it
   * is not, its markers go, and its folders stay.
   *
   * @param force whether roots that are out of reach are accepted unseen
   * @throws RefusedException if recovery can end it, or there is nothing to end
   */
  public RecoveryReport asIs(long sequence, boolean force) throws IOException {
    return resolve(sequence, Way.AS_IS, force);
  }

  // ---- looking ---------------------------------------------------------------------------------

  private RecoveryReport resolve(long sequence, Way way, boolean force) throws IOException {
    List<ControlDirectory> controls = new ArrayList<>();
    try {
      openControls(sequence, controls);
      try (RootLocks _ =
          RootLocks.take(
              RootLocks.Kind.WRITER,
              controls,
              PATIENCE,
              "process " + environment.disk().host().processId() + " (resolve)",
              environment,
              Checkpoint.NONE)) {
        try (JournalWriter writer = journal.write()) {
          writer.force(); // A record must be durable before it is acted on.
        }
        try (PendingTransaction pending = open(sequence)) {
          check(sequence, pending, way, force);
        }
        prepareRecord(sequence, way);
        try (PendingTransaction pending = open(sequence)) {
          return new RecoveryReport(List.of(act(pending, way, force, controls)));
        } catch (DiskException e) {
          String text = "transaction " + sequence + " could not be resolved: " + e.getMessage();
          return new RecoveryReport(
              List.of(new Finding(sequence, List.of(), Result.UNRESOLVED, text)));
        }
      }
    } finally {
      controls.forEach(ControlDirectory::close);
    }
  }

  /** Opens the control directories of all roots, also those that hold no evidence any more. */
  private void openControls(long sequence, List<ControlDirectory> controls) throws IOException {
    SortedMap<AbsolutePath, AbsolutePath> places = new TreeMap<>();
    try (JournalView view = journal.read()) {
      TransactionRecord record = record(view, sequence);
      Plan plan = view.plan(sequence).orElse(null);
      if (plan != null) {
        plan.roots().forEach(root -> places.put(root.path(), root.control()));
      }
      for (AbsolutePath root : record.beginning().roots()) {
        registry.control(root).ifPresent(control -> places.putIfAbsent(root, control));
      }
    }
    for (AbsolutePath place : places.values()) {
      ControlDirectory.open(environment.disk(), place).ifPresent(controls::add);
    }
  }

  private static TransactionRecord record(JournalView view, long sequence) throws IOException {
    return view.find(sequence)
        .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
  }

  private PendingTransaction open(long sequence) throws IOException {
    try (JournalView view = journal.read()) {
      TransactionRecord record = record(view, sequence);
      SortedMap<AbsolutePath, AbsolutePath> known = registry.roots();
      List<AbsolutePath> hints = new ArrayList<>(record.beginning().roots());
      hints.retainAll(known.keySet());
      PendingTransaction pending =
          PendingTransaction.open(environment, view, record.id(), known, hints);
      pending.takeTornMarker();
      return pending;
    }
  }

  private static RefusedException refused(long sequence, String why) {
    return new RefusedException("transaction " + sequence + " " + why + "; nothing was changed");
  }

  private void check(long sequence, PendingTransaction pending, Way way, boolean force)
      throws IOException {
    TransactionState state = pending.state();
    boolean marker = pending.marker() || isMarkedOutOfReach(pending);
    if (state == null || (state.isFinal() && !marker)) {
      throw refused(
          sequence, "is " + (state == null ? "unknown" : state.label()) + ": nothing to resolve");
    }
    if (state == TransactionState.ACTIVE && !marker) {
      throw refused(sequence, "is active: it was not decided; commit or abort it");
    }
    RecoveryDecision decision = RecoveryDecision.decide(pending);
    boolean inDoubt =
        state == TransactionState.IN_DOUBT
            || decision instanceof Doubt
            || !pending.unreachable().isEmpty()
            || isTorn(pending);
    if (!inDoubt) {
      throw refused(
          sequence,
          decision instanceof Leave
              ? "is " + state.label() + ": nothing to resolve"
              : "is not in doubt: `holdfast recover` ends it (" + decision.reasonText() + ")");
    }
    if (pending.unsure() && !force) {
      throw refused(
          sequence,
          "cannot be resolved before a reboot: its last barrier failed in this boot, so what can be"
              + " read may not be on the disk");
    }
    if (!pending.unreachable().isEmpty() && !force) {
      throw refused(
          sequence,
          "cannot be resolved: not there, not mounted or another file system now: "
              + pending.unreachable()
              + "; mount them, or --force goes on without them");
    }
    boolean forbidden =
        switch (way) {
          case FORWARD -> state == TransactionState.ROLLED_BACK;
          case BACK -> state == TransactionState.APPLIED;
          case AS_IS -> false;
        };
    if (forbidden) {
      throw refused(
          sequence, "is " + state.label() + " on record, which " + way.option + " denies");
    }
    if (way != Way.AS_IS && !pending.marker()) {
      throw refused(
          sequence,
          "has no marker any more, so programs may have run since: no tree is touched, and only"
              + " --as-is is left");
    }
    if (way != Way.AS_IS && pending.plan() == null) {
      throw refused(sequence, "has no plan any more; only --as-is is left");
    }
  }

  private static boolean isTorn(PendingTransaction pending) throws IOException {
    for (RootSession session : pending.sessions()) {
      if (pending.isMarked(session) && session.control().marker().isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /** A root restored from a backup holds no evidence, but its marker keeps the gate shut. */
  private boolean isMarkedOutOfReach(PendingTransaction pending) throws IOException {
    Plan plan = pending.plan();
    if (plan == null) {
      return false;
    }
    for (PlannedRoot root : plan.roots()) {
      if (!pending.unreachable().contains(root.path())) {
        continue;
      }
      try (ControlDirectory control =
          ControlDirectory.open(environment.disk(), root.control()).orElse(null)) {
        if (control != null && isMarkedFor(pending, control)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isMarkedFor(PendingTransaction pending, ControlDirectory control)
      throws IOException {
    return control.marker().map(marker -> marker.id().equals(pending.id())).orElse(false);
  }

  // ---- acting ----------------------------------------------------------------------------------

  /** Brings the record into a state from which the chosen one can be reached, forced. */
  private void prepareRecord(long sequence, Way way) throws IOException {
    try (PendingTransaction pending = open(sequence);
        JournalWriter writer = journal.write()) {
      Plan plan = pending.plan();
      if (pending.state() == TransactionState.ACTIVE && plan != null) {
        writer.decide(plan); // The copy beside the root knows what the journal does not.
      }
      if (pending.state() == TransactionState.ROLLING_BACK && way != Way.BACK) {
        writer.advance(
            sequence,
            TransactionState.IN_DOUBT,
            Outcome.because(
                environment.clock().instant(),
                "it was being taken back; resolved by " + way.option));
        for (RootSession session : pending.sessions()) {
          TransactionFolder folder = session.folder();
          if (folder != null) {
            folder.remove(Token.BACK);
          }
        }
      }
      writer.force();
    }
  }

  private Finding act(
      PendingTransaction pending, Way way, boolean force, List<ControlDirectory> controls)
      throws IOException {
    String without = pending.unreachable().isEmpty() ? "" : ", without " + pending.unreachable();
    String reason = "resolved by " + way.option + (force ? " --force" : "") + without;
    List<AbsolutePath> unseen = List.copyOf(pending.unreachable());
    pending.giveUpUnreachable();
    return switch (way) {
      case FORWARD -> {
        Map<FileOperation, String> damages = pending.damages(false);
        yield damages.isEmpty() || force
            ? recovery.forward(pending, reason, damages)
            : Recovery.finding(
                pending,
                Result.UNRESOLVED,
                "cannot go forward: "
                    + damages.entrySet().stream()
                        .map(damage -> damage.getKey().path() + ": " + damage.getValue())
                        .collect(Collectors.joining("; "))
                    + "; --force leaves these as they are");
      }
      case BACK -> recovery.back(pending, reason, force);
      case AS_IS -> accept(pending, controls, unseen);
    };
  }

  private Finding accept(
      PendingTransaction pending, List<ControlDirectory> controls, List<AbsolutePath> unseen)
      throws IOException {
    List<String> notes = notDone(pending);
    unseen.forEach(root -> notes.add(root + ": out of reach, accepted unseen"));
    Barriers.sync(pending.sessions());
    TransactionRecord record = pending.record();
    if (record != null && !record.state().isFinal()) {
      TransactionState end =
          record.state().mayBecome(TransactionState.APPLIED)
              ? TransactionState.APPLIED
              : TransactionState.ROLLED_BACK;
      try (JournalWriter writer = journal.write()) {
        writer.advance(
            record.sequence(),
            end,
            new Outcome(
                environment.clock().instant(),
                "accepted as it stands",
                false,
                null,
                -1,
                -1,
                notes));
        writer.force();
      }
    }
    for (RootSession session : pending.sessions()) {
      if (pending.isMarked(session)) {
        settle(session.control(), session.folder());
      }
    }
    for (ControlDirectory control : controls) {
      if (isMarkedFor(pending, control)) {
        try (TransactionFolder folder = control.folder(pending.id()).orElse(null)) {
          settle(control, folder);
        }
      }
    }
    return Recovery.finding(
        pending,
        Result.TIDIED,
        "was accepted as it stands"
            + (notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")"));
  }

  private static void settle(ControlDirectory control, @Nullable TransactionFolder folder)
      throws IOException {
    if (folder == null) {
      control.removeMarker();
    } else {
      control.settle(folder, Token.APPLIED);
    }
  }

  /** Names the paths that are not as the transaction was to leave them, as far as can be told. */
  private static List<String> notDone(PendingTransaction pending) throws IOException {
    List<String> notes = new ArrayList<>();
    if (pending.plan() == null) {
      return notes;
    }
    try (OperationExecutor executor = pending.executor()) {
      for (FileOperation operation : executor.plan().operations()) {
        boolean evidence = !(operation instanceof FileOperation.SetAttributes);
        if (evidence
            && notes.size() < MOST_NOTES
            && executor.isReachable(operation)
            && executor.status(operation) != OperationStatus.EXECUTED) {
          notes.add(operation.path() + ": was not done");
        }
      }
    }
    return notes;
  }
}
