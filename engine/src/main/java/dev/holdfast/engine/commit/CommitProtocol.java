package dev.holdfast.engine.commit;

import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.RootLocks.Checkpoint;
import dev.holdfast.engine.control.Marker;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.PlanFile;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one transaction from its plan to its end: decide, barrier 1, gate, <em>go</em>, apply,
 * barrier 2, finish. The caller holds the writer's locks of all its roots.
 *
 * <p>Whatever fails before {@code go} leaves every tree untouched; whatever fails after it is taken
 * back, and if that fails too, the transaction is in doubt: the marker stays (I9).
 */
public final class CommitProtocol {
  private final Environment environment;
  private final Journal journal;
  private final Plan plan;
  private final List<RootSession> roots;
  private final Duration patience;
  private final Standing standing;
  private boolean decided;

  /** Creates the protocol's run for one plan. The roots are the plan's, in its order. */
  public CommitProtocol(
      Environment environment,
      Journal journal,
      Plan plan,
      List<RootSession> roots,
      Duration patience,
      Standing standing) {
    this.environment = environment;
    this.journal = journal;
    this.plan = plan;
    this.roots = List.copyOf(roots);
    this.patience = patience;
    this.standing = standing;
  }

  /**
   * What is to be recorded of the roots.
   *
   * @param level the lowest of their levels
   * @param remarks what else should be known of them
   * @param coveredByBarriers whether a barrier of their file systems makes every file there durable
   */
  public record Standing(String level, List<String> remarks, boolean coveredByBarriers) {
    /** Copies the list. */
    public Standing {
      remarks = List.copyOf(remarks);
    }

    /** Returns it with other remarks. */
    public Standing withRemarks(List<String> others) {
      return new Standing(level, others, coveredByBarriers);
    }
  }

  /**
   * What an applied transaction exposed.
   *
   * @param micros from the first to the last visible change
   * @param renames the number of visible changes
   * @param notes what was met of others' changes
   */
  public record Exposure(long micros, int renames, List<String> notes) {
    /** Copies the list. */
    public Exposure {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Runs the protocol. On return the new state is durable, and stays after any crash.
   *
   * @param checkpoint asked before the commit point
   */
  public Exposure run(Checkpoint checkpoint) throws IOException {
    RootLocks gates;
    try {
      decide();
      checkpoint.check();
      gates = takeGates(checkpoint);
    } catch (IOException e) {
      giveUp(e);
      throw asFailure(e);
    }
    try (gates) {
      return applyAndFinish();
    }
  }

  // ---- before the commit point -----------------------------------------------------------------

  /** Decide and barrier 1: after it, plan, staging, marker and COMMITTED are durable (I3). */
  private void decide() throws IOException {
    byte[] encoded = PlanCodec.encode(plan);
    Marker marker =
        new Marker(
            plan.journal(), plan.id(), plan.sequence(), PlanCodec.digest(encoded), plan.mode());
    byte[] planFile = PlanFile.encode(encoded);
    for (RootSession root : roots) {
      root.requireFolder().writePlan(planFile);
      root.requireFolder().prepareGo();
      Owner owner = root.control().owner().orElse(null);
      if (owner != null) {
        root.control().prepareSequence(owner, plan.sequence());
      }
    }
    for (RootSession root : roots) {
      root.control().mark(marker);
    }
    switch (plan.mode()) {
      case MERGED -> {
        try (JournalWriter writer = journal.write()) {
          decide(writer);
          if (standing.coveredByBarriers()) {
            RootSession any = roots.getFirst();
            writer.force(any.sync(), any.control().directory());
          } else {
            Barriers.sync(roots);
            writer.force();
          }
        }
      }
      case STRICT -> {
        Barriers.sync(roots);
        try (JournalWriter writer = journal.write()) {
          decide(writer);
          writer.force();
        }
      }
    }
  }

  private void decide(JournalWriter writer) throws IOException {
    if (!isKnown(writer, plan.id(), plan.sequence())) {
      throw new JournalException(
          JournalException.Reason.FAILED,
          "the journal lost transaction " + plan.sequence() + " through an I/O error");
    }
    decided = true;
    writer.decide(plan);
  }

  /**
   * Returns whether the journal knows a transaction by this number. Its beginning is not forced, so
   * after an I/O error somebody may have begun a new epoch without it, and given the number away.
   */
  public static boolean isKnown(JournalWriter writer, TransactionId id, long sequence)
      throws IOException {
    return writer.find(sequence).map(found -> found.id().equals(id)).orElse(false);
  }

  private RootLocks takeGates(Checkpoint checkpoint) throws IOException {
    return RootLocks.take(
        RootLocks.Kind.GATE,
        roots.stream().map(RootSession::control).toList(),
        patience,
        "",
        environment,
        checkpoint);
  }

  /**
   * Takes the decision back before anything was visible. In strict mode the decision alone would be
   * rolled forward by recovery, so ROLLED_BACK must be durable before the marker goes (I5).
   */
  private void giveUp(IOException cause) throws InDoubtException {
    boolean recorded = recordRolledBack(cause);
    if (!recorded && decided && plan.mode() == DurabilityMode.STRICT && isDecisionOnRecord()) {
      throw inDoubt("nothing was changed, but the decision could not be taken back", cause);
    }
    try {
      settle(Token.ROLLED_BACK);
      if (recorded) {
        discard();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
      if (isAnyMarkerLeft()) {
        throw inDoubt("nothing was changed, but the marker could not be removed", cause);
      }
    }
  }

  private boolean isDecisionOnRecord() {
    try (var view = journal.read()) {
      return view.find(plan.sequence())
          .map(found -> found.state() != TransactionState.ACTIVE)
          .orElse(true);
    } catch (IOException _) {
      return true;
    }
  }

  private boolean recordRolledBack(IOException cause) {
    try (JournalWriter writer = journal.write()) {
      if (!isKnown(writer, plan.id(), plan.sequence())) {
        return true; // Nothing is on record, so there is nothing to take back.
      }
      writer.advance(
          plan.sequence(),
          TransactionState.ROLLED_BACK,
          Outcome.because(environment.clock().instant(), cause.getMessage()));
      writer.force();
      return true;
    } catch (IOException | IllegalArgumentException e) {
      // A journal that lost pages in a failed barrier may not even know the transaction any more.
      cause.addSuppressed(e);
      return false;
    }
  }

  private boolean isAnyMarkerLeft() {
    try {
      for (RootSession root : roots) {
        if (root.control().isPending()) {
          return true;
        }
      }
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  private void settle(Token token) throws DiskException {
    for (RootSession root : roots) {
      if (root.control().isPending()) {
        root.control().settle(root.requireFolder(), token);
      }
    }
  }

  private void keepFolders() throws DiskException {
    for (RootSession root : roots) {
      root.requireFolder().put(Token.KEPT, new byte[0]);
    }
  }

  private void discard() throws DiskException {
    for (RootSession root : roots) {
      root.control().dropSequence();
      root.control().removeFolder(plan.id());
    }
  }

  private static IOException asFailure(IOException cause) {
    return cause instanceof HoldfastException
        ? cause
        : new RolledBackException(cause.getMessage() + "; nothing was changed", cause);
  }

  // ---- the commit point and after --------------------------------------------------------------

  private Exposure applyAndFinish() throws IOException {
    try (OperationExecutor executor = new OperationExecutor(plan, roots, false)) {
      Instant first;
      Instant last;
      int renames = 0;
      try {
        for (RootSession root : roots) {
          root.control().raiseSequence();
        }
        for (RootSession root : roots) {
          root.requireFolder().go(); // This is the commit point (I4).
        }
        first = environment.clock().instant();
        for (FileOperation operation : plan.operations()) {
          executor.execute(operation);
          renames += isVisible(operation) ? 1 : 0;
        }
        executor.setDirectoryTimes(true);
        last = environment.clock().instant();
      } catch (ConflictException | DiskException e) {
        rollBack(executor, e);
        throw e instanceof ConflictException
            ? e
            : new RolledBackException(e.getMessage() + "; everything was put back", e);
      }
      barrierTwo();
      List<String> notes = new ArrayList<>(standing.remarks());
      notes.addAll(executor.notes());
      Exposure exposure =
          new Exposure(Duration.between(first, last).toNanos() / 1000, renames, notes);
      finish(exposure);
      return exposure;
    }
  }

  private static boolean isVisible(FileOperation operation) {
    return !(operation instanceof FileOperation.Create create && create.isMember());
  }

  /** Barrier 2: all operations and {@code go} are durable (I6). A failure is never retried. */
  private void barrierTwo() throws InDoubtException {
    try {
      Barriers.syncChanges(roots, environment);
    } catch (DiskException e) {
      record(TransactionState.IN_DOUBT, e.getMessage(), null);
      throw inDoubt("the new state is visible, but whether it is durable is not known", e);
    }
  }

  /** One rename a root: removal of the marker and evidence together (I7). Then the record. */
  private void finish(Exposure exposure) throws InDoubtException {
    try {
      settle(Token.APPLIED);
    } catch (DiskException e) {
      throw inDoubt("the new state is durable, but the marker could not be removed", e);
    }
    record(TransactionState.APPLIED, null, exposure);
  }

  /** Appends a state, unforced. The tokens decide; the record follows when it can. */
  private void record(
      TransactionState state, @Nullable String reason, @Nullable Exposure exposure) {
    Instant now = environment.clock().instant();
    Outcome outcome =
        exposure == null
            ? Outcome.because(now, reason)
            : new Outcome(
                now,
                reason,
                false,
                standing.level(),
                exposure.micros(),
                exposure.renames(),
                Barriers.METHOD,
                exposure.notes());
    try (JournalWriter writer = journal.write()) {
      writer.advance(plan.sequence(), state, outcome);
    } catch (IOException | IllegalArgumentException e) {
      // Of what is in doubt the exception says more.
      boolean applied = state == TransactionState.APPLIED;
      System.getLogger(CommitProtocol.class.getName())
          .log(
              applied ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
              "transaction {0} is {1}, but the journal could not say so: {2}",
              plan.sequence(),
              state.label(),
              e.getMessage());
    }
  }

  /** Changes direction, on record first (I8), and takes everything back. */
  private void rollBack(OperationExecutor executor, IOException cause) throws InDoubtException {
    try {
      boolean recorded = recordRollingBack(cause);
      reverseAll(plan, executor);
      if (executor.keepsFolder()) {
        keepFolders(); // before the barrier: on record it is over, and the folder might be litter
      }
      Barriers.syncChanges(roots, environment);
      recorded &= recordRolledBack(cause);
      settle(Token.ROLLED_BACK);
      if (recorded && !executor.keepsFolder()) {
        discard();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
      throw inDoubt("it failed half way, and could not be put back", cause);
    }
  }

  /** Takes all operations of {@code plan} back, last first, and sets the old directory times. */
  static void reverseAll(Plan plan, OperationExecutor executor) throws DiskException {
    for (FileOperation operation : plan.operations().reversed()) {
      executor.reverse(operation);
    }
    executor.setDirectoryTimes(false);
  }

  private boolean recordRollingBack(IOException cause) throws IOException {
    try (JournalWriter writer = journal.write()) {
      writer.advance(
          plan.sequence(),
          TransactionState.ROLLING_BACK,
          Outcome.because(environment.clock().instant(), cause.getMessage()));
      writer.force();
      return true;
    } catch (IOException | IllegalArgumentException e) {
      cause.addSuppressed(e);
      for (RootSession root : roots) {
        TransactionFolder folder = root.requireFolder();
        folder.put(Token.BACK, new byte[0]);
        folder.directory().sync();
      }
      return false;
    }
  }

  private InDoubtException inDoubt(String what, IOException cause) {
    return new InDoubtException(
        "transaction "
            + plan.sequence()
            + " on "
            + String.join(
                ", ", plan.roots().stream().map(PlannedRoot::path).map(Object::toString).toList())
            + " is in doubt: "
            + what
            + " ("
            + cause.getMessage()
            + "); run `holdfast recover`, or `holdfast resolve "
            + plan.sequence()
            + "`",
        cause);
  }
}
