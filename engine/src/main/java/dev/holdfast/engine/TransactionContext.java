package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.commit.Barriers;
import dev.holdfast.engine.commit.CommitProtocol;
import dev.holdfast.engine.commit.CommitProtocol.Exposure;
import dev.holdfast.engine.commit.CommitProtocol.Standing;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.FollowUps;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RootLocks;
import dev.holdfast.engine.commit.RootLocks.Checkpoint;
import dev.holdfast.engine.commit.RootSession;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.FollowUp;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.engine.staging.PlanBuilder;
import dev.holdfast.engine.staging.RootChanges;
import dev.holdfast.engine.staging.StagingArea;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.DirectoryTime;
import dev.holdfast.journal.DurabilityMode;
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
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A transaction's means: its identity and record, what it holds open at each root, and its way
 * through prepare to the {@link CommitProtocol}. Not safe for several threads.
 */
final class TransactionContext implements AutoCloseable {
  private static final int RECOVERIES = 3;

  private final Engine engine;
  private final Environment environment;
  private final Options options;
  private final TransactionId id;
  private final Instant began;
  private final SortedMap<AbsolutePath, Part> parts = new TreeMap<>();

  /** One for each file system, opened before the first byte is staged (I2). */
  private final Map<String, FileSystemSync> barriers = new HashMap<>();

  private @Nullable TransactionRecord record;
  private final boolean resumed;
  private boolean lasting;
  private String dropReason = "dropped before its commit";
  private boolean settled;
  private boolean closed;

  TransactionContext(Engine engine, Options options, List<Root> roots) throws IOException {
    this(engine, options, roots, null);
  }

  /**
   * @param open the record of a lasting transaction that is gone on with; null for a new one
   */
  TransactionContext(
      Engine engine, Options options, List<Root> roots, @Nullable TransactionRecord open)
      throws IOException {
    this.engine = engine;
    this.environment = engine.environment();
    this.options = options;
    this.id = open == null ? environment.newId() : open.id();
    this.began = open == null ? environment.clock().instant() : open.beginning().began();
    this.record = open;
    this.resumed = open != null;
    this.lasting = resumed;
    engine.enter();
    try {
      for (Root root : roots) {
        parts.put(root.path(), new Part(root.path(), true));
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** What the transaction holds open at one root. */
  private final class Part implements AutoCloseable {
    private final AbsolutePath path;
    private final ControlDirectory control;
    private final LiveTree tree;
    private final RootChanges changes;
    private final StagingArea area;
    private @Nullable TransactionFolder folder;
    private @Nullable DiskLock lock;
    private @Nullable FileSystemSync sync;

    private final boolean requested;

    Part(AbsolutePath path, boolean requested) throws IOException {
      this.path = path;
      this.requested = requested;
      this.control = engine.control(path);
      try {
        this.tree = LiveTree.open(environment.disk(), path);
      } catch (DiskException e) {
        control.close();
        throw e;
      }
      this.area = new StagingArea(this::openFolder);
      this.changes = new RootChanges(tree, area, environment.clock(), environment.pause()::sleep);
    }

    /**
     * Opens the barrier, makes the folder and takes its lock; then the journal knows of it. All in
     * one moment of writing, so that recovery takes no folder that is being made for a leftover.
     */
    TransactionFolder openFolder() throws IOException {
      if (folder != null) {
        return folder;
      }
      requireOneMount();
      for (Part part : parts.values()) {
        part.openBarrier(); // any of them may stand for all roots on its file system
      }
      openBarrier();
      if (resumed && requested) {
        return resumeFolder();
      }
      if (record == null) {
        requireUnclaimed(control); // before there is a record of it, and before anything is staged
      }
      try (JournalWriter writer = engine.journal().write()) {
        if (resumed) { // an earlier commit of the same transaction was cut off
          control.removeUnfinished(id);
          control.removeFolder(id);
        }
        TransactionFolder.Created created = control.createFolder(id);
        folder = created.folder();
        lock = created.lock();
        begin(writer);
        return created.folder();
      }
    }

    /** A root that joins at the commit gets the barrier that was opened before the staging. */
    private void openBarrier() throws DiskException {
      if (sync == null) {
        String fileSystem = Barriers.fileSystemOf(control.directory());
        FileSystemSync known = barriers.get(fileSystem);
        sync = known == null ? control.directory().openSync() : known;
        barriers.put(fileSystem, sync);
      }
    }

    private TransactionFolder resumeFolder() throws IOException {
      TransactionFolder found =
          control
              .folder(id)
              .orElseThrow(() ->
                  new RefusedException(
                      "what transaction "
                          + requireRecord().sequence()
                          + " staged beside "
                          + path
                          + " is gone; `holdfast abort "
                          + requireRecord().sequence()
                          + "` is left"));
      folder = found;
      lock =
          found
              .tryLock()
              .orElseThrow(() ->
                  new BusyException(
                      "busy: another process works in transaction " + requireRecord().sequence(),
                      "another process"));
      found.removeStaged();
      if (!control.isPending()) {
        found.removeUndecided();
      }
      return found;
    }

    /** Entries move between the tree and the control directory by rename. */
    private void requireOneMount() throws IOException {
      Stat root = tree.stat(RelativePath.EMPTY).orElse(null);
      if (root == null) {
        return;
      }
      if (!root.isDirectory()) {
        throw new RefusedException(path + " is not a directory");
      }
      Stat ours = control.directory().stat();
      if (root.device() != ours.device() || root.mount() != ours.mount()) {
        throw new RefusedException(
            path
                + " and its control directory "
                + control.path()
                + " are not on the same mount (a file system was mounted since?); `holdfast root"
                + " forget "
                + path
                + "`, then try again");
      }
    }

    RootSession session() throws IOException {
      TransactionFolder open = openFolder();
      FileSystemSync barrier = sync;
      if (barrier == null) {
        throw new IllegalStateException("the folder was opened without its barrier");
      }
      return new RootSession(tree, control, open, barrier);
    }

    void discard() throws DiskException {
      area.close();
      if (folder != null) {
        folder.close();
        folder = null;
        control.removeFolder(id);
      }
    }

    void unstage() {
      area.close();
      if (folder != null && !requested) {
        try {
          discard();
        } catch (DiskException e) {
          System.getLogger(TransactionContext.class.getName())
              .log(System.Logger.Level.DEBUG, "left to recovery: {0}", e.getMessage());
        }
      } else if (folder != null) {
        try {
          folder.removeStaged();
        } catch (DiskException e) {
          System.getLogger(TransactionContext.class.getName())
              .log(System.Logger.Level.DEBUG, "left to the next command: {0}", e.getMessage());
        }
      }
    }

    @Override
    public void close() {
      area.close();
      if (folder != null) {
        folder.close();
      }
      if (lock != null) {
        lock.close();
      }
      tree.close();
      control.close();
    }
  }

  // ---- for the transaction ---------------------------------------------------------------------

  Host host() {
    return environment.disk().host();
  }

  Instant now() {
    return environment.clock().instant();
  }

  Checkpoint checkpoint() {
    return engine::checkCancelled;
  }

  RootChanges look(Root root) throws IOException {
    return part(root).changes;
  }

  RootChanges changes(Root root) throws IOException {
    Part part = part(root);
    part.area.open();
    return part.changes;
  }

  /** The same for a transaction that is to be dropped, whatever is left of it. */
  void changesIfThere(Root root) throws IOException {
    try {
      changes(root);
    } catch (RefusedException e) {
      System.getLogger(TransactionContext.class.getName())
          .log(System.Logger.Level.DEBUG, "nothing to drop: {0}", e.getMessage());
    }
  }

  /** Ends the transaction, also a lasting one, with nothing committed. */
  void drop() throws IOException {
    settled = true;
    for (Part part : parts.values()) {
      part.discard();
    }
    try (JournalWriter writer = engine.journal().write()) {
      writer.advance(
          requireRecord().sequence(),
          TransactionState.ROLLED_BACK,
          Outcome.because(now(), dropReason));
      writer.force();
    }
  }

  private Part part(Root root) {
    Part part = parts.get(root.path());
    if (part == null) {
      throw new IllegalArgumentException("not a root of this transaction: " + root);
    }
    return part;
  }

  List<Integer> marks() {
    return parts.values().stream().map(part -> part.changes.mark()).toList();
  }

  void backTo(List<Integer> marks) throws IOException {
    int i = 0;
    for (Part part : parts.values()) {
      part.changes.backTo(marks.get(i++));
    }
  }

  private void begin(JournalWriter writer) throws IOException {
    if (record != null) {
      return;
    }
    Beginning beginning =
        engine.beginning(
            id, began, options, List.copyOf(parts.keySet()), lasting, Origin.Kind.UPDATE);
    record = writer.begin(beginning);
  }

  // ---- open transactions -----------------------------------------------------------------------

  /**
   * Begins at once, on record, and keeps every other transaction of the roots from its decision
   * until this one has ended.
   *
   * @param newLasting whether it outlives the process; then it is durable on return
   * @return the transaction's number
   */
  long claim(boolean newLasting) throws IOException {
    lasting = newLasting;
    List<ControlDirectory> around = new ArrayList<>();
    try {
      List<ControlDirectory> controls = new ArrayList<>();
      for (AbsolutePath other : engine.registry().roots().keySet()) {
        Part own = parts.get(other);
        if (own != null) {
          controls.add(own.control);
        } else if (parts.keySet().stream().anyMatch(r -> r.contains(other) || other.contains(r))) {
          around.add(engine.control(other));
          controls.add(around.getLast());
        }
      }
      try (RootLocks _ = lock(controls, "beginning")) {
        for (ControlDirectory control : controls) {
          requireUnclaimed(control);
        }
        for (Part part : parts.values()) {
          part.area.open();
          part.openFolder().put(Token.OPEN, new byte[0]);
        }
        if (lasting) {
          for (Part part : parts.values()) {
            part.session().sync().sync();
          }
          try (JournalWriter writer = engine.journal().write()) {
            writer.force();
          }
        }
      }
      return requireRecord().sequence();
    } finally {
      around.forEach(ControlDirectory::close);
    }
  }

  /** Refuses a root that an open transaction of somebody else has. */
  private void requireUnclaimed(ControlDirectory control) throws IOException {
    for (TransactionId other : control.folders()) {
      if (other.equals(id)) {
        continue;
      }
      try (TransactionFolder found = control.folder(other).orElse(null);
          JournalView view = engine.journal().read()) {
        TransactionRecord holder = view.find(other).orElse(null);
        if (found == null
            || holder == null
            || holder.state() != TransactionState.ACTIVE
            || !found.has(Token.OPEN)
            || !(holder.beginning().lasting() || !found.isAbandoned())) {
          continue;
        }
        throw new BusyException(
            "busy: transaction "
                + holder.sequence()
                + (holder.beginning().lasting()
                    ? " is open there; `holdfast commit "
                        + holder.sequence()
                        + "` or `holdfast abort "
                        + holder.sequence()
                        + "` ends it"
                    : " runs a command there (process " + holder.beginning().processId() + ")")
                + "; nothing was changed",
            "transaction " + holder.sequence());
      }
    }
  }

  /** Returns the transaction's number. */
  long sequence() {
    return requireRecord().sequence();
  }

  /** Says why the transaction is going to be dropped, for the record. */
  void dropBecause(String reason) {
    dropReason = reason;
  }

  /** Leaves a lasting transaction open: closing drops nothing but what can be staged again. */
  void leaveOpen() {
    if (!settled) {
      settled = true;
      for (Part part : parts.values()) {
        part.unstage();
      }
    }
    close();
  }

  /** Returns a root's folder of this transaction. */
  TransactionFolder folder(Root root) throws IOException {
    return part(root).openFolder();
  }

  /** Returns the barrier of a root's file system, opened before anything was staged. */
  FileSystemSync sync(Root root) throws IOException {
    return part(root).session().sync();
  }

  /** Returns a root's control directory. */
  ControlDirectory control(Root root) {
    return part(root).control;
  }

  /** Returns the instant of the root's file system from which a change is a stranger's. */
  Instant claimed(Root root) throws IOException {
    return folder(root)
        .directory()
        .stat(Token.OPEN.fileName())
        .map(Stat::changed)
        .orElseThrow(() -> new IllegalStateException("the transaction was not claimed"));
  }

  // ---- prepare and commit ----------------------------------------------------------------------

  /** Returns what would be committed. */
  List<Change> preview() throws IOException {
    List<Change> changes = new ArrayList<>();
    for (Part part : parts.values()) {
      changes.addAll(
          Changes.of(
              new PlanBuilder(0, part.changes, now()).build().operations(), List.of(part.path)));
    }
    return changes;
  }

  /** Returns what would be committed; with a patch if that is wanted. */
  Preview previewOf(boolean patch) throws IOException {
    List<AbsolutePath> paths = List.copyOf(parts.keySet());
    List<FileOperation> operations = new ArrayList<>();
    for (Part part : parts.values()) {
      operations.addAll(
          new PlanBuilder(paths.indexOf(part.path), part.changes, now()).build().operations());
    }
    List<Change> changes = Changes.of(operations, paths);
    return new Preview(
        changes,
        patch
            ? PatchText.ofStaged(
                operations, paths, parts.values().stream().map(part -> part.changes).toList())
            : List.of());
  }

  Committed commit() throws IOException {
    try {
      if (record == null || parts.values().stream().allMatch(part -> part.changes.isEmpty())) {
        return nothing();
      }
      for (int attempt = 1; ; attempt++) {
        Set<AbsolutePath> known = addCover();
        Committed done = null;
        try (RootLocks _ = lock()) {
          if (!known.equals(engine.registry().roots().keySet())) {
            continue; // A root came under care before our locks could keep it from that.
          }
          if (!isAnyPending()) {
            done = commitLocked();
          }
        }
        if (done != null) {
          return followUp(done);
        }
        recoverPending(attempt);
      }
    } catch (DiskException e) {
      end();
      throw new RolledBackException(e.getMessage() + "; nothing was changed", e);
    } catch (IOException e) {
      end();
      throw e;
    }
  }

  private void end() {
    if (lasting) {
      leaveOpen();
    } else {
      close();
    }
  }

  private Committed nothing() {
    close();
    return new Committed(OptionalLong.empty(), 0, List.of(), 0, 0, List.of());
  }

  /**
   * Adds every other registered root around or inside what is touched (hole 22): so the gate of any
   * one root that holds a path is enough for whoever reads it.
   *
   * @return all the roots that there are
   */
  private Set<AbsolutePath> addCover() throws IOException {
    Set<AbsolutePath> touched = new HashSet<>();
    for (Part part : parts.values()) {
      part.changes.touchedPaths().forEach(path -> touched.add(part.path.resolve(path)));
    }
    Set<AbsolutePath> known = engine.registry().roots().keySet();
    for (AbsolutePath other : known) {
      if (!parts.containsKey(other)
          && touched.stream().anyMatch(path -> path.contains(other) || other.contains(path))) {
        parts.put(other, new Part(other, false));
      }
    }
    return known;
  }

  private RootLocks lock() throws IOException {
    return lock(
        parts.values().stream().map(part -> part.control).toList(),
        "transaction " + requireRecord().sequence());
  }

  private RootLocks lock(List<ControlDirectory> controls, String what) throws IOException {
    return RootLocks.takeWriters(
        controls,
        options.patience(),
        "process " + host().processId() + " (" + what + ")",
        environment,
        checkpoint());
  }

  private boolean isAnyPending() throws DiskException {
    for (Part part : parts.values()) {
      if (part.control.isPending()) {
        return true;
      }
    }
    return false;
  }

  /** A crash left something on our roots: it comes first. */
  private void recoverPending(int attempt) throws IOException {
    RecoveryReport report = engine.recovery().recover(parts.keySet(), false);
    if (report.isUnresolved() || attempt == RECOVERIES) {
      String found =
          String.join("; ", report.findings().stream().map(RecoveryReport.Finding::text).toList());
      throw new InDoubtException(
          "an earlier transaction on " + parts.keySet() + " could not be recovered: " + found,
          null);
    }
  }

  private Committed commitLocked() throws IOException {
    List<RootSession> sessions = new ArrayList<>();
    long lastSequence;
    try (JournalView view = engine.journal().read()) {
      lastSequence = view.lastSequence();
    }
    for (Part part : parts.values()) {
      requireOwned(part.control, lastSequence);
      requireUnclaimed(part.control);
      sessions.add(part.session());
      part.changes.complete();
    }
    Plan plan = plan();
    if (plan.operations().isEmpty() && plan.directoryTimes().isEmpty()) {
      return nothing();
    }
    Housekeeping.Chores chores = engine.housekeeping().choresBefore(sessions);
    for (Part part : parts.values()) {
      part.area.clear();
      part.tree.forget(RelativePath.EMPTY);
      if (!lasting) {
        part.openFolder().removeLayers();
      }
    }
    if (lasting) {
      requireFreeGates();
    }
    Standing standing = engine.levels().of(sessions);
    ByteString then = options.then();
    if (then != null) {
      FollowUp followUp = new FollowUp(then, engine.workingDirectory());
      Part first = parts.firstEntry().getValue();
      FollowUps.prepare(first.control, first.openFolder(), followUp);
      List<String> remarks = new ArrayList<>(standing.remarks());
      remarks.add(FollowUps.PREFIX + followUp.text());
      standing = standing.withRemarks(remarks);
    }
    settled = true; // From here on the protocol, or recovery, ends the transaction.
    Exposure exposure =
        new CommitProtocol(
                environment, engine.journal(), plan, sessions, options.patience(), standing)
            .run(checkpoint());
    if (lasting) {
      removeLayers();
    }
    engine.housekeeping().afterCommit(sessions, chores);
    List<AbsolutePath> paths = plan.roots().stream().map(PlannedRoot::path).toList();
    Committed committed =
        new Committed(
            OptionalLong.of(plan.sequence()),
            plan.operations().size(),
            Changes.of(plan.operations(), paths),
            exposure.micros(),
            exposure.renames(),
            exposure.notes());
    return committed;
  }

  /** What is to be run after the transaction comes when every lock is open. */
  private Committed followUp(Committed done) {
    if (options.then() == null || done.sequence().isEmpty()) {
      close();
      return done;
    }
    List<String> notes = new ArrayList<>(done.notes());
    notes.removeIf(note -> note.startsWith(FollowUps.PREFIX)); // on record; now comes the result
    Part first = parts.firstEntry().getValue();
    try {
      notes.add(
          new FollowUps(environment)
              .run(first.control, first.openFolder(), done.sequence().getAsLong(), false));
    } catch (IOException e) {
      notes.add(
          FollowUps.PREFIX
              + e.getMessage()
              + "; the transaction stays; `holdfast recover` tries again");
    } finally {
      close();
    }
    return new Committed(
        done.sequence(),
        done.operations(),
        done.changes(),
        done.exposureMicros(),
        done.renames(),
        notes);
  }

  /** What was decided and then given up is lost, so a gate that is held is waited for before. */
  private void requireFreeGates() throws IOException {
    RootLocks.takeGates(
            parts.values().stream().map(part -> part.control).toList(),
            options.patience(),
            environment,
            checkpoint())
        .close();
  }

  /** A crash before this leaves them to the end of a later transaction. */
  private void removeLayers() {
    for (Part part : parts.values()) {
      try {
        part.openFolder().removeLayers();
      } catch (IOException e) {
        System.getLogger(TransactionContext.class.getName())
            .log(System.Logger.Level.DEBUG, "left to a later transaction: {0}", e.getMessage());
      }
    }
  }

  private void requireOwned(ControlDirectory control, long lastSequence) throws IOException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      throw new InDoubtException(control.path() + "/owner is missing or damaged", null);
    }
    if (!owner.journal().equals(engine.journal().id())) {
      throw new BusyException(
          control.path()
              + " belongs to another journal, in "
              + owner.state()
              + "; use that one, or if it is lost, `holdfast recover --adopt`",
          "journal " + owner.journal());
    }
    if (owner.sequence() > lastSequence) {
      throw new InDoubtException(
          "the journal in "
              + engine.journal().directory()
              + " is older than the tree: "
              + control.path()
              + " has seen transaction "
              + owner.sequence()
              + "; restore the newer journal, or `holdfast recover --adopt`",
          null);
    }
  }

  private TransactionRecord requireRecord() {
    if (record == null) {
      throw new IllegalStateException("the transaction has not begun");
    }
    return record;
  }

  private Plan plan() throws IOException {
    List<PlannedRoot> roots = new ArrayList<>();
    List<PlanBuilder.Built> all = new ArrayList<>();
    List<DirectoryTime> times = new ArrayList<>();
    List<String> conflicts = new ArrayList<>();
    Set<String> fileSystems = new HashSet<>();
    for (Part part : parts.values()) {
      PlanBuilder.Built built = new PlanBuilder(roots.size(), part.changes, now()).build();
      conflicts.addAll(built.conflicts());
      all.add(built);
      times.addAll(built.directoryTimes());
      String fileSystem = part.control.directory().fileSystem().id();
      fileSystems.add(Barriers.fileSystemOf(part.control.directory()));
      boolean touched = !built.operations().isEmpty() || !built.directoryTimes().isEmpty();
      roots.add(
          new PlannedRoot(
              part.path,
              part.control.path(),
              fileSystem,
              FileIdentity.of(part.openFolder().directory().stat()),
              touched));
    }
    if (!conflicts.isEmpty()) {
      throw new ConflictException(
          "changed by somebody else since the transaction looked: "
              + String.join(", ", conflicts)
              + "; nothing was changed",
          conflicts);
    }
    return new Plan(
        id,
        requireRecord().sequence(),
        engine.journal().id(),
        fileSystems.size() == 1 ? DurabilityMode.MERGED : DurabilityMode.STRICT,
        roots,
        PlanBuilder.merged(all),
        times);
  }

  /** Drops what was not committed, and lets go of everything. */
  @Override
  public void close() {
    if (!settled) {
      settled = true;
      try {
        for (Part part : parts.values()) {
          part.discard();
        }
        if (record != null) {
          try (JournalWriter writer = engine.journal().write()) {
            if (CommitProtocol.isKnown(writer, id, record.sequence())) {
              writer.advance(
                  record.sequence(),
                  TransactionState.ROLLED_BACK,
                  Outcome.because(now(), dropReason));
            }
          }
        }
      } catch (IOException e) {
        // Recovery drops it: it never got a marker.
        System.getLogger(TransactionContext.class.getName())
            .log(System.Logger.Level.DEBUG, "left to recovery: {0}", e.getMessage());
      }
    }
    parts.values().forEach(Part::close);
    parts.clear();
    barriers.values().forEach(FileSystemSync::close);
    barriers.clear();
    if (!closed) {
      closed = true;
      engine.leave();
    }
  }
}
