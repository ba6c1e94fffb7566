package dev.holdfast.engine.commit;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.RecoveryDecision.Back;
import dev.holdfast.engine.commit.RecoveryDecision.Discard;
import dev.holdfast.engine.commit.RecoveryDecision.Doubt;
import dev.holdfast.engine.commit.RecoveryDecision.Forward;
import dev.holdfast.engine.commit.RecoveryDecision.Label;
import dev.holdfast.engine.commit.RecoveryDecision.Leave;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.commit.RootLocks.Checkpoint;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Marker;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finishes or takes back whatever a crash left. Decides first, as data ({@link RecoveryDecision}),
 * then acts with the executor of the commit itself. Every way ends with a barrier, the record and
 * the token, in this order (I11); a crash inside it is another crash, for the same table.
 */
public final class Recovery {
  private static final Duration GATE_PATIENCE = Duration.ofSeconds(60);

  private final Environment environment;
  private final Journal journal;
  private final RootRegistry registry;

  /** Creates the recovery of one journal's transactions. */
  public Recovery(Environment environment, Journal journal, RootRegistry registry) {
    this.environment = environment;
    this.journal = journal;
    this.registry = registry;
  }

  /**
   * Looks, and unless {@code checkOnly}, acts. What fails at one root or transaction is a finding,
   * and keeps nobody from recovering the others.
   *
   * @param only the roots to care about; empty for all registered ones
   */
  public RecoveryReport recover(Collection<AbsolutePath> only, boolean checkOnly)
      throws IOException {
    SortedMap<AbsolutePath, AbsolutePath> known = registry.roots();
    List<Finding> findings = new ArrayList<>();
    Set<AbsolutePath> wanted = new TreeSet<>(only.isEmpty() ? known.keySet() : only);
    List<AbsolutePath> ours = new ArrayList<>();
    Map<TransactionId, List<AbsolutePath>> suspects = new LinkedHashMap<>();
    try (JournalView view = journal.read()) {
      for (AbsolutePath root : wanted) {
        AbsolutePath control = known.get(root);
        try {
          if (control != null && inspect(root, control, view, suspects, findings, checkOnly)) {
            ours.add(control);
          }
        } catch (DiskException e) {
          if (checkOnly) {
            throw e;
          }
          findings.add(unresolved(null, root, "could not be looked at: " + e.getMessage()));
        }
      }
    }
    addUnfinished(wanted, suspects);
    Set<TransactionId> settled = new HashSet<>();
    do {
      for (Map.Entry<TransactionId, List<AbsolutePath>> suspect : suspects.entrySet()) {
        try {
          Finding finding = settle(suspect.getKey(), suspect.getValue(), known, checkOnly);
          if (finding != null) {
            findings.add(finding);
          }
        } catch (DiskException e) {
          if (checkOnly) {
            throw e;
          }
          findings.add(failed(suspect.getKey(), suspect.getValue(), e));
        }
      }
      settled.addAll(suspects.keySet());
      followUp(ours, findings, checkOnly);
      if (!checkOnly) {
        tidy(ours);
      }
      // Once more: after an I/O error the first who writes finds records gone that could be read.
      suspects.clear();
      addUnfinished(wanted, suspects);
      suspects.keySet().removeAll(settled);
    } while (!suspects.isEmpty());
    return new RecoveryReport(findings);
  }

  private Finding failed(TransactionId id, List<AbsolutePath> hints, DiskException failure)
      throws IOException {
    try (JournalView view = journal.read()) {
      TransactionRecord record = view.find(id).orElse(null);
      return new Finding(
          number(record),
          record == null ? hints : record.beginning().roots(),
          Result.UNRESOLVED,
          "transaction "
              + (record == null ? id.text() : record.sequence())
              + " could not be recovered: "
              + failure.getMessage());
    }
  }

  private void addUnfinished(
      Set<AbsolutePath> wanted, Map<TransactionId, List<AbsolutePath>> suspects)
      throws IOException {
    try (JournalView view = journal.read()) {
      for (TransactionRecord record : view.unfinished()) {
        if (record.beginning().roots().stream().anyMatch(wanted::contains)) {
          suspects.putIfAbsent(record.id(), List.of());
        }
      }
    }
  }

  /**
   * Looks at one root's control directory; notes the transaction that its marker names.
   *
   * @return whether it is ours, so that litter in it may be removed
   */
  private boolean inspect(
      AbsolutePath root,
      AbsolutePath controlPath,
      JournalView view,
      Map<TransactionId, List<AbsolutePath>> suspects,
      List<Finding> findings,
      boolean checkOnly)
      throws IOException {
    try (ControlDirectory control =
        ControlDirectory.open(environment.disk(), controlPath).orElse(null)) {
      if (control == null) {
        findings.add(
            unresolved(
                null,
                root,
                "its control directory "
                    + controlPath
                    + " is not there: the root is absent or not mounted; mount it, or if it is gone"
                    + " for good, `holdfast root forget "
                    + root
                    + "`"));
        return false;
      }
      String foreign = foreign(control, view);
      if (foreign != null) {
        findings.add(unresolved(null, root, foreign));
        return false;
      }
      if (!control.isPending()) {
        return true;
      }
      Marker marker = control.marker().orElse(null);
      if (marker == null) {
        findings.add(tornMarker(root, control, checkOnly));
      } else if (!marker.journal().equals(view.journal())) {
        findings.add(
            unresolved(
                null,
                root,
                "its marker belongs to another journal, "
                    + marker.journal()
                    + "; see `holdfast recover --adopt`"));
      } else {
        suspects.computeIfAbsent(marker.id(), _ -> new ArrayList<>()).add(root);
      }
      return true;
    }
  }

  private @Nullable String foreign(ControlDirectory control, JournalView view)
      throws DiskException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      return "its file " + control.path() + "/owner is missing or damaged";
    }
    if (!owner.journal().equals(view.journal())) {
      return "it belongs to another journal, "
          + owner.journal()
          + " in "
          + owner.state()
          + "; use that one, or `holdfast recover --adopt` if it is lost";
    }
    if (!owner.machineId().equals(environment.disk().host().machineId())) {
      return "it belongs to another machine, " + owner.machineId() + "; recover it there";
    }
    if (owner.sequence() > view.lastSequence()) {
      return "the journal is older than the tree: it ends at transaction "
          + view.lastSequence()
          + ", the tree has seen "
          + owner.sequence()
          + "; restore the newer journal, or `holdfast recover --adopt`";
    }
    return null;
  }

  /** Runs what was to be run after transactions whose process died. No lock of ours is held. */
  private void followUp(List<AbsolutePath> controls, List<Finding> findings, boolean checkOnly)
      throws IOException {
    FollowUps followUps = new FollowUps(environment);
    for (AbsolutePath path : controls) {
      try (ControlDirectory control =
          ControlDirectory.open(environment.disk(), path).orElse(null)) {
        if (control != null && control.isFollowUpFlagged()) {
          try (JournalView view = journal.read()) {
            findings.addAll(followUps.runLeft(control, view, checkOnly));
          }
          if (!checkOnly) {
            followUps.dropFlag(control);
          }
        }
      }
    }
  }

  // ---- litter ----------------------------------------------------------------------------------

  /**
   * Removes what crashes left and no transaction needs, without a word: nothing depended on it. For
   * the same reason a failure is no failure of the recovery.
   */
  private void tidy(List<AbsolutePath> controls) throws IOException {
    for (AbsolutePath path : controls) {
      try (ControlDirectory control =
          ControlDirectory.open(environment.disk(), path).orElse(null)) {
        if (control != null) {
          tidy(control);
        }
      } catch (DiskException e) {
        cannotTidy(e);
      }
    }
    try {
      if (registry.hasLeftover()) {
        try (JournalWriter _ = journal.write()) {
          registry.removeLeftover();
        }
      }
    } catch (DiskException e) {
      cannotTidy(e);
    }
  }

  private static void cannotTidy(DiskException failure) {
    System.getLogger(Recovery.class.getName())
        .log(System.Logger.Level.WARNING, "cannot clear up: {0}", failure.getMessage());
  }

  private void tidy(ControlDirectory control) throws IOException {
    if (control.hasUnfinished()) {
      // Folders are made in a moment of writing, so none is being made now.
      try (JournalWriter _ = journal.write()) {
        control.removeUnfinished();
      }
    }
    try (JournalView view = journal.read()) {
      removeOrphans(control, view);
    }
    if (control.isForgotten() || (control.hasPreparedSequence() && !control.isPending())) {
      try (RootLocks _ =
          RootLocks.take(
              RootLocks.Kind.WRITER,
              List.of(control),
              Duration.ZERO,
              signature(),
              environment,
              Checkpoint.NONE)) {
        if (!control.isPending()) {
          control.dropSequence();
        }
        if (registry.roots().containsValue(control.path())) {
          control.keep(); // Taking it out of care was cut off before it was off the list.
        }
      } catch (BusyException _) {
        // Its writer is alive.
      }
    }
  }

  /**
   * Removes the folders of transactions that came to nothing: unknown to the journal, or rolled
   * back on record, and in nobody's hands. Never one that may hold a before-image (hole 44).
   */
  private void removeOrphans(ControlDirectory control, JournalView view) throws IOException {
    for (TransactionId id : control.folders()) {
      TransactionRecord record = view.find(id).orElse(null);
      boolean rolledBack = record != null && record.state() == TransactionState.ROLLED_BACK;
      if ((record == null || rolledBack) && isOrphan(control, id, rolledBack)) {
        control.removeUnfinished(id);
      }
    }
  }

  private static boolean isOrphan(ControlDirectory control, TransactionId id, boolean rolledBack)
      throws DiskException {
    if (control.isPending() && control.marker().map(m -> m.id().equals(id)).orElse(true)) {
      return false;
    }
    try (TransactionFolder folder = control.folder(id).orElse(null)) {
      return folder == null
          || (folder.isAbandoned()
              && !folder.has(Token.APPLIED)
              && !folder.has(Token.KEPT)
              && (rolledBack || folder.has(Token.ROLLED_BACK) || !folder.has(Token.GO)));
    }
  }

  /** A marker that was cut off while it was written: barrier 1 never ended, nothing was visible. */
  private Finding tornMarker(AbsolutePath root, ControlDirectory control, boolean checkOnly)
      throws IOException {
    try (RootLocks _ =
        RootLocks.take(
            RootLocks.Kind.WRITER,
            List.of(control),
            Duration.ZERO,
            signature(),
            environment,
            Checkpoint.NONE)) {
      for (TransactionId id : control.folders()) {
        try (TransactionFolder folder = control.folder(id).orElse(null)) {
          if (PendingTransaction.isBeingApplied(folder)) {
            return tornWhileApplied(root, id);
          }
        }
      }
      if (checkOnly) {
        return new Finding(null, List.of(root), Result.PENDING, root + ": a torn marker");
      }
      control.removeMarker();
      return new Finding(
          null,
          List.of(root),
          Result.TIDIED,
          root + ": a torn marker was removed; nothing changed");
    } catch (BusyException e) {
      return new Finding(null, List.of(root), Result.BUSY, root + ": " + e.getMessage());
    }
  }

  private Finding tornWhileApplied(AbsolutePath root, TransactionId id) throws IOException {
    try (JournalView view = journal.read()) {
      Long sequence = number(view.find(id).orElse(null));
      return unresolved(
          sequence,
          root,
          "its marker is damaged, and transaction "
              + (sequence == null ? id : sequence)
              + " was being applied; see `holdfast "
              + (sequence == null ? "recover --adopt`" : "resolve " + sequence + "`"));
    }
  }

  private static Finding unresolved(@Nullable Long sequence, AbsolutePath root, String text) {
    return new Finding(sequence, List.of(root), Result.UNRESOLVED, root + ": " + text);
  }

  private String signature() {
    return "process " + environment.disk().host().processId() + " (recovery)";
  }

  // ---- one transaction -------------------------------------------------------------------------

  private @Nullable Finding settle(
      TransactionId id,
      List<AbsolutePath> hints,
      SortedMap<AbsolutePath, AbsolutePath> known,
      boolean checkOnly)
      throws IOException {
    // The first look finds the roots to lock; what counts is looked at again under the locks.
    List<ControlDirectory> controls = new ArrayList<>();
    try (JournalView view = journal.read();
        PendingTransaction first = PendingTransaction.open(environment, view, id, known, hints)) {
      first.sessions().forEach(session -> controls.add(session.control()));
      try (RootLocks _ =
          RootLocks.take(
              RootLocks.Kind.WRITER,
              controls,
              Duration.ZERO,
              signature(),
              environment,
              Checkpoint.NONE)) {
        return settleLocked(id, hints, known, checkOnly);
      } catch (BusyException e) {
        boolean visible = first.marker();
        return visible
            ? new Finding(
                number(first.record()),
                first.roots(),
                Result.BUSY,
                "transaction " + name(first) + " is being applied by " + e.holder())
            : null;
      }
    }
  }

  private static @Nullable Long number(@Nullable TransactionRecord record) {
    return record == null ? null : record.sequence();
  }

  private @Nullable Finding settleLocked(
      TransactionId id,
      List<AbsolutePath> hints,
      SortedMap<AbsolutePath, AbsolutePath> known,
      boolean checkOnly)
      throws IOException {
    if (!checkOnly) {
      // A record that a killed writer never forced must be durable before it is acted on.
      try (JournalWriter writer = journal.write()) {
        writer.force();
      }
    }
    try (JournalView view = journal.read();
        PendingTransaction pending = PendingTransaction.open(environment, view, id, known, hints)) {
      if (isAlive(pending)) {
        return null;
      }
      if (!pending.unreachable().isEmpty()
          && (pending.mode() == DurabilityMode.MERGED || pending.sessions().isEmpty())) {
        return new Finding(
            number(pending.record()),
            pending.roots(),
            Result.UNRESOLVED,
            "transaction "
                + name(pending)
                + ": not there, not mounted or another file system now: "
                + pending.unreachable()
                + (pending.record() == null
                    ? ""
                    : "; where that cannot be helped, `holdfast resolve "
                        + name(pending)
                        + " --as-is --force`"));
      }
      RecoveryDecision decision = RecoveryDecision.decide(pending);
      if (decision instanceof Leave) {
        return null;
      }
      if (checkOnly) {
        return decision instanceof Discard
            ? null
            : new Finding(
                number(pending.record()),
                pending.roots(),
                decision instanceof Doubt ? Result.UNRESOLVED : Result.PENDING,
                "transaction " + name(pending) + " is pending: " + decision.reasonText());
      }
      return act(pending, decision);
    }
  }

  /**
   * A transaction that still stages is no business of ours: its process holds its folder's lock.
   */
  private static boolean isAlive(PendingTransaction pending) throws DiskException {
    TransactionState state = pending.state();
    if (state != null && state != TransactionState.ACTIVE) {
      return false;
    }
    for (RootSession session : pending.sessions()) {
      TransactionFolder folder = session.folder();
      if (folder != null && !folder.isAbandoned()) {
        return !pending.marker();
      }
    }
    return false;
  }

  static String name(PendingTransaction pending) {
    TransactionRecord record = pending.record();
    return record == null ? pending.id().text() : Long.toString(record.sequence());
  }

  // ---- acting ----------------------------------------------------------------------------------

  private @Nullable Finding act(PendingTransaction pending, RecoveryDecision decision)
      throws IOException {
    try {
      return switch (decision) {
        case Leave _ -> null;
        case Discard(String reason) -> {
          close(pending, TransactionState.ROLLED_BACK, reason, List.of(), false);
          yield finding(pending, Result.TIDIED, "was dropped: " + reason);
        }
        case Label(TransactionState state, String reason) -> {
          close(pending, state, reason, List.of(), state == TransactionState.APPLIED);
          yield finding(
              pending,
              state == TransactionState.APPLIED ? Result.FORWARD : Result.BACK,
              (state == TransactionState.APPLIED ? "is complete: " : "was rolled back: ") + reason);
        }
        case Forward(String reason) -> forward(pending, reason);
        case Back(String reason) -> back(pending, reason);
        case Doubt(String reason) -> doubt(pending, reason);
      };
    } catch (BusyException e) {
      return finding(pending, Result.BUSY, "waits for readers: " + e.getMessage());
    } catch (DiskException e) {
      return finding(pending, Result.UNRESOLVED, "could not be recovered: " + e.getMessage());
    }
  }

  static Finding finding(PendingTransaction pending, Result result, String text) {
    return new Finding(
        number(pending.record()),
        pending.roots(),
        result,
        "transaction " + name(pending) + " " + text);
  }

  private RootLocks gates(PendingTransaction pending) throws IOException {
    return RootLocks.take(
        RootLocks.Kind.GATE,
        pending.sessions().stream().map(RootSession::control).toList(),
        GATE_PATIENCE,
        "",
        environment,
        Checkpoint.NONE);
  }

  private Finding forward(PendingTransaction pending, String reason) throws IOException {
    return forward(pending, reason, Map.of());
  }

  /**
   * Executes what remains. Used by {@code resolve} too.
   *
   * @param skipped operations that cannot be executed and are passed over, with the reason
   */
  Finding forward(PendingTransaction pending, String reason, Map<FileOperation, String> skipped)
      throws IOException {
    try (RootLocks _ = gates(pending);
        OperationExecutor executor = pending.executor()) {
      for (FileOperation operation : executor.plan().operations()) {
        String problem = skipped.get(executor.whole(operation));
        if (problem != null) {
          executor.note(operation.path() + ": left out: " + problem);
        } else if (executor.isReachable(operation)) {
          switch (executor.status(operation)) {
            case NOT_EXECUTED -> executor.execute(operation);
            case EXECUTED -> executor.complete(operation);
            case LOST -> {}
          }
        }
      }
      executor.setDirectoryTimes(true);
      Barriers.syncChanges(pending.sessions(), environment);
      close(pending, TransactionState.APPLIED, reason, executor.notes(), true);
      return finding(
          pending,
          pending.unreachable().isEmpty() ? Result.FORWARD : Result.UNRESOLVED,
          "was completed: "
              + reason
              + text(executor.notes())
              + (pending.unreachable().isEmpty()
                  ? ""
                  : "; still missing: " + pending.unreachable()));
    } catch (ConflictException e) {
      throw new AssertionError("recovery keeps what others did", e);
    }
  }

  private Finding back(PendingTransaction pending, String reason) throws IOException {
    return back(pending, reason, false);
  }

  /**
   * Takes back what was executed. Used by {@code resolve} too.
   *
   * @param force whether paths whose before-images are gone may stay as they are
   */
  Finding back(PendingTransaction pending, String reason, boolean force) throws IOException {
    try (RootLocks _ = gates(pending);
        OperationExecutor executor = pending.executor()) {
      Collection<String> lost = executor.lostImages().values();
      if (!lost.isEmpty() && !force) {
        return doubt(pending, String.join("; ", lost));
      }
      lost.forEach(executor::note);
      TransactionRecord record = pending.record();
      if (record != null && record.state().mayBecome(TransactionState.ROLLING_BACK)) {
        try (JournalWriter writer = journal.write()) {
          writer.advance(
              record.sequence(),
              TransactionState.ROLLING_BACK,
              Outcome.because(environment.clock().instant(), reason).byRecovery());
          writer.force();
        }
      }
      CommitProtocol.reverseAll(executor.plan(), executor);
      if (executor.keepsFolder()) {
        keepFolders(pending); // before the barrier: once it is on record, it might be litter
      }
      Barriers.syncChanges(pending.sessions(), environment);
      close(
          pending, TransactionState.ROLLED_BACK, reason, executor.notes(), executor.keepsFolder());
      return finding(pending, Result.BACK, "was rolled back: " + reason + text(executor.notes()));
    }
  }

  private static void keepFolders(PendingTransaction pending) throws DiskException {
    for (RootSession session : pending.sessions()) {
      if (session.folder() != null) {
        session.folder().put(Token.KEPT, new byte[0]);
      }
    }
  }

  private static String text(List<String> notes) {
    return notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")";
  }

  Finding doubt(PendingTransaction pending, String reason) throws IOException {
    TransactionRecord record = pending.record();
    if (record != null && record.state().mayBecome(TransactionState.IN_DOUBT)) {
      try (JournalWriter writer = journal.write()) {
        writer.advance(
            record.sequence(),
            TransactionState.IN_DOUBT,
            Outcome.because(environment.clock().instant(), reason).byRecovery());
        writer.force();
      }
    }
    return finding(
        pending,
        Result.UNRESOLVED,
        "is in doubt: "
            + reason
            + "; nothing was touched; `holdfast resolve "
            + name(pending)
            + " --forward|--back|--as-is` is the way out");
  }

  /**
   * Ends a transaction: the record, forced; then the markers become tokens; then the litter goes.
   */
  void close(
      PendingTransaction pending,
      TransactionState state,
      String reason,
      List<String> notes,
      boolean keepFolder)
      throws IOException {
    TransactionRecord record = pending.record();
    if (record != null && pending.unreachable().isEmpty() && !record.state().isFinal()) {
      try (JournalWriter writer = journal.write()) {
        writer.advance(
            record.sequence(),
            state,
            new Outcome(environment.clock().instant(), reason, true, null, -1, -1, notes));
        writer.force();
      }
    }
    Token token = state == TransactionState.APPLIED ? Token.APPLIED : Token.ROLLED_BACK;
    for (RootSession session : pending.sessions()) {
      TransactionFolder folder = session.folder();
      if (pending.isMarked(session)) {
        if (folder == null) {
          session.control().removeMarker();
        } else {
          session.control().settle(folder, token);
        }
      }
    }
    if (!keepFolder && pending.unreachable().isEmpty()) {
      Barriers.sync(pending.sessions());
      for (RootSession session : pending.sessions()) {
        session.control().removeFolder(pending.id());
      }
    }
  }
}
