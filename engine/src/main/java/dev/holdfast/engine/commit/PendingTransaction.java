package dev.holdfast.engine.commit;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Marker;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.PlanFile;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that recovery found unfinished, with those of its roots that can be reached, open:
 * the evidence about it.
 */
final class PendingTransaction implements RecoveryEvidence, AutoCloseable {
  private final Environment environment;
  private final TransactionId id;
  private final @Nullable TransactionRecord record;
  private final @Nullable Plan plan;
  private final List<RootSession> sessions;
  private final List<AbsolutePath> unreachable;
  private boolean takesTornMarker;

  private PendingTransaction(
      Environment environment,
      TransactionId id,
      @Nullable TransactionRecord record,
      @Nullable Plan plan,
      List<RootSession> sessions,
      List<AbsolutePath> unreachable) {
    this.environment = environment;
    this.id = id;
    this.record = record;
    this.plan = plan;
    this.sessions = sessions;
    this.unreachable = unreachable;
  }

  /**
   * Opens what can be reached of a transaction.
   *
   * @param known the control directories of all registered roots
   * @param hints the roots where its marker was seen
   */
  static PendingTransaction open(
      Environment environment,
      JournalView view,
      TransactionId id,
      SortedMap<AbsolutePath, AbsolutePath> known,
      Collection<AbsolutePath> hints)
      throws IOException {
    TransactionRecord record = view.find(id).orElse(null);
    Plan plan = record == null ? null : view.plan(record.sequence()).orElse(null);
    for (AbsolutePath hint : hints) {
      plan = plan == null ? planBeside(environment, id, known.get(hint)) : plan;
    }
    SortedMap<AbsolutePath, AbsolutePath> places = new TreeMap<>();
    if (plan != null) {
      plan.roots().forEach(root -> places.put(root.path(), root.control()));
    } else {
      if (record != null) {
        for (AbsolutePath root : record.beginning().roots()) {
          AbsolutePath control = known.get(root);
          if (control != null) {
            places.put(root, control);
          }
        }
      }
      for (AbsolutePath hint : hints) {
        places.put(hint, known.getOrDefault(hint, hint));
      }
    }
    List<RootSession> sessions = new ArrayList<>();
    List<AbsolutePath> unreachable = new ArrayList<>();
    PendingTransaction pending =
        new PendingTransaction(environment, id, record, plan, sessions, unreachable);
    try {
      for (AbsolutePath root : places.keySet()) {
        RootSession session = pending.reach(root, places.get(root));
        if (session == null) {
          unreachable.add(root);
        } else {
          sessions.add(session);
        }
      }
      return pending;
    } catch (IOException e) {
      pending.close();
      throw e;
    }
  }

  private static @Nullable Plan planBeside(
      Environment environment, TransactionId id, @Nullable AbsolutePath control)
      throws IOException {
    if (control == null) {
      return null;
    }
    try (ControlDirectory opened =
        ControlDirectory.open(environment.disk(), control).orElse(null)) {
      if (opened == null) {
        return null;
      }
      Marker marker = opened.marker().orElse(null);
      try (TransactionFolder folder = opened.folder(id).orElse(null)) {
        Optional<byte[]> file = folder == null ? Optional.empty() : folder.readPlan();
        if (file.isEmpty()) {
          return null;
        }
        byte[] encoded = PlanFile.encodedPlan(file.get());
        return marker != null
                && marker.id().equals(id)
                && !marker.plan().equals(PlanCodec.digest(encoded))
            ? null
            : PlanCodec.decode(encoded);
      }
    } catch (dev.holdfast.journal.JournalException _) {
      return null; // Torn: barrier 1 never ended.
    }
  }

  private @Nullable RootSession reach(AbsolutePath root, AbsolutePath controlPath)
      throws IOException {
    ControlDirectory control = ControlDirectory.open(environment.disk(), controlPath).orElse(null);
    if (control == null) {
      return null;
    }
    LiveTree tree = null;
    TransactionFolder folder = null;
    try {
      folder = control.imagesOf(id).orElse(null);
      if (plan != null && !isPlanned(root, control, folder)) {
        if (folder != null) {
          folder.close();
        }
        control.close();
        return null;
      }
      tree = LiveTree.open(environment.disk(), root);
      return new RootSession(tree, control, folder, control.directory().openSync());
    } catch (DiskException e) {
      if (tree != null) {
        tree.close();
      }
      if (folder != null) {
        folder.close();
      }
      control.close();
      throw e;
    }
  }

  /** Another file system, or a folder restored from a backup, holds no evidence (hole 21). */
  private boolean isPlanned(
      AbsolutePath root, ControlDirectory control, @Nullable TransactionFolder folder)
      throws DiskException {
    if (plan == null) {
      return true;
    }
    for (PlannedRoot planned : plan.roots()) {
      if (planned.path().equals(root)) {
        return planned.fileSystem().equals(control.directory().fileSystem().id())
            && (folder == null || planned.folder().is(folder.directory().stat()));
      }
    }
    return false;
  }

  TransactionId id() {
    return id;
  }

  @Nullable TransactionRecord record() {
    return record;
  }

  @Nullable Plan plan() {
    return plan;
  }

  /** Returns the roots that can be reached. */
  List<RootSession> sessions() {
    return sessions;
  }

  /** Returns the roots that are absent, not mounted, or another file system now. */
  List<AbsolutePath> unreachable() {
    return unreachable;
  }

  /** Goes on without the roots that cannot be reached. */
  void giveUpUnreachable() {
    unreachable.clear();
  }

  /** Returns all roots. */
  List<AbsolutePath> roots() {
    List<AbsolutePath> roots = new ArrayList<>(unreachable);
    sessions.forEach(session -> roots.add(session.tree().path()));
    roots.sort(null);
    return roots;
  }

  /**
   * Returns an executor over the roots that carry the marker. Where it is gone the transaction has
   * ended, and later ones may have changed the tree since (I10).
   */
  OperationExecutor executor() throws DiskException {
    if (plan == null) {
      throw new IllegalStateException("no plan of transaction " + id);
    }
    List<@Nullable RootSession> byIndex = new ArrayList<>();
    for (PlannedRoot root : plan.roots()) {
      RootSession marked = null;
      for (RootSession session : sessions) {
        if (session.tree().path().equals(root.path()) && isMarked(session)) {
          marked = session;
        }
      }
      byIndex.add(marked);
    }
    return new OperationExecutor(plan, byIndex, true);
  }

  /** Returns whether the marker in {@code session} is this transaction's. */
  boolean isMarked(RootSession session) throws DiskException {
    ControlDirectory control = session.control();
    if (!control.isPending()) {
      return false;
    }
    Optional<Marker> marker = control.marker();
    return marker.isPresent()
        ? marker.get().id().equals(id)
        : takesTornMarker && isBeingApplied(session.folder());
  }

  /**
   * Returns whether a folder says that its transaction had passed its commit point, and no more.
   */
  static boolean isBeingApplied(@Nullable TransactionFolder folder) throws DiskException {
    return folder != null
        && folder.has(Token.GO)
        && !folder.has(Token.APPLIED)
        && !folder.has(Token.ROLLED_BACK);
  }

  /** Takes a damaged marker for this transaction's where nothing else was being applied. */
  void takeTornMarker() {
    takesTornMarker = true;
  }

  @Override
  public boolean marker() {
    try {
      for (RootSession session : sessions) {
        if (isMarked(session)) {
          return true;
        }
      }
      return false;
    } catch (DiskException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable TransactionState state() {
    return record == null ? null : record.state();
  }

  @Override
  public DurabilityMode mode() {
    return plan == null ? DurabilityMode.MERGED : plan.mode();
  }

  @Override
  public boolean lasting() {
    return record != null && record.beginning().lasting();
  }

  @Override
  public boolean applied() throws IOException {
    return hasToken(Token.APPLIED);
  }

  @Override
  public boolean rolledBack() throws IOException {
    return hasToken(Token.ROLLED_BACK);
  }

  @Override
  public boolean back() throws IOException {
    return hasToken(Token.BACK);
  }

  @Override
  public boolean unsure() throws IOException {
    for (RootSession session : sessions) {
      TransactionFolder folder = session.folder();
      if (folder != null
          && folder.has(Token.UNSURE)
          && new String(folder.read(Token.UNSURE), java.nio.charset.StandardCharsets.US_ASCII)
              .equals(environment.disk().host().bootId())) {
        return true;
      }
    }
    return false;
  }

  private boolean hasToken(Token token) throws IOException {
    for (RootSession session : sessions) {
      TransactionFolder folder = session.folder();
      if (folder != null && folder.has(token)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean executed() throws IOException {
    if (hasToken(Token.GO)) {
      return true;
    }
    if (plan == null) {
      return false;
    }
    try (OperationExecutor executor = executor()) {
      return executor.isAnyExecuted();
    }
  }

  @Override
  public boolean complete() throws IOException {
    if (plan == null) {
      return false;
    }
    try (OperationExecutor executor = executor()) {
      return executor.isAllExecuted();
    }
  }

  @Override
  public boolean touched() throws IOException {
    if (plan == null) {
      return false;
    }
    try (OperationExecutor executor = executor()) {
      return executor.isAnyAttributeSet();
    }
  }

  @Override
  public @Nullable String damage() throws IOException {
    if (plan == null) {
      return "its plan is gone";
    }
    return damages(true).values().stream().findFirst().orElse(null);
  }

  /**
   * Returns what is wrong with what is still staged, by the operation that would install it.
   *
   * @param onlyFirst whether to stop at the first, since hashing takes its time
   */
  Map<FileOperation, String> damages(boolean onlyFirst) throws IOException {
    Map<FileOperation, String> damages = new LinkedHashMap<>();
    if (plan == null) {
      return damages;
    }
    StagingCheck check = new StagingCheck();
    try (OperationExecutor executor = executor()) {
      for (FileOperation operation : plan.operations()) {
        if (!executor.isReachable(operation)) {
          continue;
        }
        boolean member = operation instanceof FileOperation.Create create && create.isMember();
        OperationStatus status = member ? OperationStatus.NOT_EXECUTED : executor.status(operation);
        if (member && executor.wholeStatus(operation) != OperationStatus.NOT_EXECUTED) {
          continue;
        }
        String problem =
            switch (status) {
              case EXECUTED -> null;
              case LOST -> "what was staged for " + operation.path() + " is gone";
              case NOT_EXECUTED -> check.problem(executor.folder(operation), operation);
            };
        if (problem != null) {
          damages.put(executor.whole(operation), problem);
          if (onlyFirst) {
            return damages;
          }
        }
      }
    }
    return damages;
  }

  @Override
  public void close() {
    sessions.forEach(RootSession::close);
  }
}
