package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.h2.H2Journal;
import dev.holdfast.journal.h2.Limits;
import dev.holdfast.process.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over directories, with their journal in one state directory: the entrance to the
 * library. One for a state directory and process; safe for several threads.
 */
public final class Holdfast implements AutoCloseable {
  private final Engine engine;
  private RecoveryReport recovered = new RecoveryReport(List.of());

  private Holdfast(Engine engine) {
    this.engine = engine;
  }

  /**
   * Opens the journal in {@code stateDirectory}, making it if absent, and recovers first; {@link
   * #recovered} says what.
   */
  public static Holdfast open(Path stateDirectory) throws IOException {
    Holdfast opened = openWithoutRecovery(LinuxDisk.create(), absolute(stateDirectory));
    try {
      opened.recovered = opened.recover(List.of(), false);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Opens the journal in {@code stateDirectory}, making it if absent, without recovering.
   *
   * @param disk the disk and its host
   */
  public static Holdfast openWithoutRecovery(Disk disk, AbsolutePath stateDirectory)
      throws IOException {
    return openWithoutRecovery(Environment.of(disk), stateDirectory);
  }

  /** Opens the journal in {@code stateDirectory} in these surroundings, without recovering. */
  public static Holdfast openWithoutRecovery(Environment environment, AbsolutePath stateDirectory)
      throws IOException {
    Journal journal =
        H2Journal.open(
            environment.disk(),
            stateDirectory,
            Limits.DEFAULT,
            environment.clock(),
            environment.random());
    return new Holdfast(new Engine(environment, journal, System.getProperty("user.dir", "")));
  }

  /** Returns whether there is such a state directory; opening it would make one. */
  public static boolean isThere(Disk disk, AbsolutePath stateDirectory) throws DiskException {
    try (Directory _ = disk.openDirectory(stateDirectory)) {
      return true;
    } catch (DiskException e) {
      if (e.error() == DiskError.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** Returns the state directory that {@code root}'s control directory names, or null if none. */
  public static @Nullable AbsolutePath journalOf(Disk disk, AbsolutePath root) throws IOException {
    if (root.belowRoot().isEmpty()) {
      return null;
    }
    for (AbsolutePath place : ControlDirectory.places(root)) {
      try (ControlDirectory control = ControlDirectory.open(disk, place).orElse(null)) {
        Optional<Owner> owner = control == null ? Optional.empty() : control.owner();
        if (owner.isPresent() && owner.get().root().equals(root)) {
          return owner.get().state();
        }
      } catch (RefusedException _) {
        // What others could have written must not lead us to a journal.
      }
    }
    return null;
  }

  private static AbsolutePath absolute(Path path) {
    return AbsolutePath.of(
        path.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
  }

  Engine engine() {
    return engine;
  }

  /** Returns what opening recovered. */
  public RecoveryReport recovered() {
    return recovered;
  }

  // ---- roots -----------------------------------------------------------------------------------

  /** Puts {@code directory} under care, if it is not yet. */
  public Root root(Path directory) throws IOException {
    return root(absolute(directory));
  }

  /**
   * Puts {@code directory} under care, if it is not yet. It need not exist, but its parent must.
   *
   * @throws RefusedException if it is no directory, or there is no safe place beside it
   * @throws BusyException if it belongs to another journal
   */
  public Root root(AbsolutePath directory) throws IOException {
    AbsolutePath path = resolved(directory);
    if (engine.registry().control(path).isEmpty()) {
      new Registration(engine, path).run();
    }
    return new Root(path);
  }

  AbsolutePath resolved(AbsolutePath directory) throws IOException {
    if (directory.belowRoot().isEmpty()) {
      throw new RefusedException("/ cannot be a root; name the directories that change");
    }
    Disk disk = engine.environment().disk();
    try {
      return disk.realPath(directory);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND) {
        throw e;
      }
      return disk.realPath(directory.parent()).resolve(directory.name());
    }
  }

  /** Returns the root as it is registered, even if it is gone. */
  private AbsolutePath known(AbsolutePath root) throws IOException {
    return engine.registry().control(root).isPresent() ? root : resolved(root);
  }

  // ---- updates ---------------------------------------------------------------------------------

  /** Begins a transaction. Nothing is written before its first change. */
  public Transaction begin(Options options, Root... roots) throws IOException {
    return new Transaction(new TransactionContext(engine, options, List.of(roots)));
  }

  /** Makes {@code target} equal to {@code source} in one transaction; see {@link ApplyOptions}. */
  public Committed apply(
      TreeSource source, AbsolutePath target, ApplyOptions options, Progress progress)
      throws IOException {
    return new TreeUpdate(this, source, options, progress).run(target);
  }

  /**
   * Lets {@code live} follow the directory {@code stock}, in which a package manager writes;
   * changes nothing in it yet. What differs in it counts as edited there.
   */
  public void follow(AbsolutePath stock, AbsolutePath live) throws IOException {
    new Follow(this).begin(stock, live);
  }

  /**
   * Brings {@code live} up to date in one transaction: what was changed in its stock and not in it
   * is taken over, what was changed in it alone is kept.
   *
   * @throws RefusedException if it follows nothing
   */
  public Followed update(AbsolutePath live, Conflicts conflicts, Options options, Progress progress)
      throws IOException {
    return new Follow(this).update(live, conflicts, options, progress);
  }

  /** Lets {@code live} follow nothing any more; it stays as it is. */
  public void unfollow(AbsolutePath live) throws IOException {
    new Follow(this).end(live);
  }

  /** Returns the directories that follow a stock, and which. */
  public SortedMap<AbsolutePath, AbsolutePath> following() throws IOException {
    return new Follow(this).all();
  }

  /**
   * Runs a command, and makes all that it does below these directories one transaction if it exits
   * with 0; nothing of it happened if it does not.
   *
   * @throws RefusedException if it could not be wrapped, or not be sealed off afterwards
   */
  public Wrapped run(
      Collection<AbsolutePath> roots,
      RunOptions options,
      Processes processes,
      WrapListener listener)
      throws IOException {
    return new WrappedRun(this, options, processes, listener).run(roots);
  }

  /**
   * Begins a transaction that outlives this process and a reboot. While it is open, no other one of
   * its roots is committed.
   *
   * @return its number, durable
   */
  public long open(Collection<AbsolutePath> roots, Options options) throws IOException {
    return new OpenTransactions(this).begin(roots, options);
  }

  /**
   * Runs a command in an open transaction. What it changed is durable on return if it exited with 0
   * or {@code keep} is true; otherwise the transaction is as before.
   */
  public Wrapped exec(
      long sequence, RunOptions options, boolean keep, Processes processes, WrapListener listener)
      throws IOException {
    return new OpenTransactions(this).exec(sequence, options, keep, processes, listener);
  }

  /** Returns what an open transaction would change. */
  public Preview diff(long sequence, boolean patch) throws IOException {
    return new OpenTransactions(this).diff(sequence, patch);
  }

  /** Commits an open transaction; after a conflict it is still open. */
  public Committed commit(long sequence, Options options) throws IOException {
    return new OpenTransactions(this).commit(sequence, options);
  }

  /** Drops an open transaction. */
  public void abort(long sequence) throws IOException {
    new OpenTransactions(this).abort(sequence);
  }

  /**
   * Stops transactions of this process that have not passed their commit point: each throws at its
   * next step. Returns only when none is running any more.
   */
  public void cancel() {
    engine.cancel();
  }

  // ---- recovery --------------------------------------------------------------------------------

  /**
   * Finishes or rolls back whatever a crash left.
   *
   * @param roots only what concerns these, the roots around and inside them included; empty for all
   * @param checkOnly whether to say only what is pending
   * @throws RefusedException if one of them is under no care: what is pending there, nobody knows
   */
  public RecoveryReport recover(Collection<AbsolutePath> roots, boolean checkOnly)
      throws IOException {
    Set<AbsolutePath> concerned = new TreeSet<>();
    for (AbsolutePath root : roots) {
      concerned.addAll(overlapping(root));
    }
    return engine.recovery().recover(concerned, checkOnly);
  }

  private List<AbsolutePath> overlapping(AbsolutePath path) throws IOException {
    AbsolutePath place = known(path);
    List<AbsolutePath> roots =
        engine.registry().roots().keySet().stream()
            .filter(root -> root.contains(place) || place.contains(root))
            .toList();
    if (roots.isEmpty()) {
      throw new RefusedException(
          path + " is not under the care of the journal in " + engine.journal().directory());
    }
    return roots;
  }

  /**
   * Takes a transaction back in a new one; undoing that again is possible like any other.
   *
   * @throws dev.holdfast.engine.failure.ConflictException if a path is not what the transaction
   *     left
   * @throws RefusedException if it was not applied, or its before-images were freed
   */
  public Committed undo(long sequence, Options options, Progress progress) throws IOException {
    return undo(sequence, UndoOptions.plain(options), progress);
  }

  /** Takes a transaction back, or a part of it, or later ones that are in the way with it. */
  public Committed undo(long sequence, UndoOptions options, Progress progress) throws IOException {
    return new TakeBack(this, progress).undo(sequence, options);
  }

  /**
   * Takes back in one transaction all that was applied after transaction {@code sequence}.
   *
   * @param place only what changed at or below it, or null for all
   * @param dryRun whether to say only what would change
   * @throws dev.holdfast.engine.failure.ConflictException if others changed what was changed
   * @throws RefusedException if before-images were freed
   */
  public Committed rewind(
      long sequence,
      @Nullable AbsolutePath place,
      Options options,
      boolean dryRun,
      Progress progress)
      throws IOException {
    return new TakeBack(this, progress)
        .rewindTo(sequence, place == null ? null : known(place), options, dryRun);
  }

  /** Takes back in one transaction all that had not ended at {@code moment}. */
  public Committed rewind(
      Instant moment,
      @Nullable AbsolutePath place,
      Options options,
      boolean dryRun,
      Progress progress)
      throws IOException {
    return new TakeBack(this, progress)
        .rewindTo(moment, place == null ? null : known(place), options, dryRun);
  }

  /**
   * Takes roots over whose journal is lost, older than they are, or another one that is gone, and
   * ends what is pending there by the plans beside them ({@code --adopt}).
   */
  public RecoveryReport adopt(Collection<AbsolutePath> roots) throws IOException {
    List<AbsolutePath> known = new ArrayList<>();
    for (AbsolutePath root : roots) {
      known.add(known(root));
    }
    return engine.adoption().adopt(known);
  }

  /**
   * Ends a transaction that recovery could not end.
   *
   * @param force whether to leave out what is damaged or out of reach
   * @throws RefusedException if recovery can end it, or there is nothing to end
   */
  public RecoveryReport resolve(long sequence, Direction direction, boolean force)
      throws IOException {
    return switch (direction) {
      case FORWARD -> engine.resolution().forward(sequence, force);
      case BACK -> engine.resolution().back(sequence, force);
      case AS_IS -> engine.resolution().asIs(sequence, force);
    };
  }

  // ---- looking back ----------------------------------------------------------------------------

  /** Returns the record of past transactions, as it is now. */
  public TransactionLog log() throws IOException {
    return new TransactionLog(engine.journal());
  }

  /**
   * Returns the newest applied transaction but {@code back}, to be taken back. What a crash left is
   * recovered first: it may be newer.
   */
  public Optional<TransactionRecord> lastApplied(int back) throws IOException {
    engine.settle(true);
    try (TransactionLog log = log()) {
      return log.lastApplied(back);
    }
  }

  /**
   * Returns a past transaction's changes as a unified diff with git's headers; a line says why
   * where bytes are gone, too many or no text.
   */
  public List<String> patch(long sequence) throws IOException {
    try (Patches patches = patches()) {
      return patches.of(sequence);
    }
  }

  /** Returns the same for many transactions, in less time. */
  public Patches patches() throws IOException {
    return new Patches(engine);
  }

  /**
   * Compares live trees with what the journal last recorded of them. Changes nothing.
   *
   * @param roots which roots, registered ones; empty for all
   * @param checksum whether to read every file, not only those that could have changed
   * @param all whether to name the paths that no transaction has touched, too
   */
  public Drift verify(
      Collection<AbsolutePath> roots, boolean checksum, boolean all, Progress progress)
      throws IOException {
    List<AbsolutePath> chosen = new ArrayList<>();
    for (AbsolutePath root : roots) {
      AbsolutePath path = known(root);
      if (engine.registry().control(path).isEmpty()) {
        throw new RefusedException(path + " is not under Holdfast's care");
      }
      chosen.add(path);
    }
    engine.settle(false);
    return new DriftCare(this, progress)
        .verify(chosen.isEmpty() ? engine.registry().roots().keySet() : chosen, checksum, all);
  }

  /**
   * Takes what others changed at or below these paths into the record, so that it is explained; the
   * trees stay as they are. A root that was never updated gets a baseline so.
   *
   * @param paths paths of one root
   */
  public Committed accept(Collection<AbsolutePath> paths, Options options, Progress progress)
      throws IOException {
    engine.settle(true);
    return new DriftCare(this, progress).accept(located(paths), options);
  }

  /**
   * Puts back what was committed at or below these paths, where others changed it, in one
   * transaction. What no transaction has touched stays. Bytes are taken from before-images, from
   * other files that have them, and from the directories that were once applied, if they still do.
   *
   * @param sources directories that may have the files, too, at the same paths as the root
   * @throws dev.holdfast.engine.failure.ConflictException if bytes that were committed are kept
   *     nowhere any more
   */
  public Committed restore(
      Collection<AbsolutePath> paths,
      List<AbsolutePath> sources,
      Options options,
      Progress progress)
      throws IOException {
    engine.settle(true);
    return new DriftCare(this, progress).restore(located(paths), sources, options);
  }

  /** Returns paths with links in the directories above resolved; they need not be there. */
  private List<AbsolutePath> located(Collection<AbsolutePath> paths) throws IOException {
    List<AbsolutePath> located = new ArrayList<>();
    for (AbsolutePath path : paths) {
      located.add(engine.registry().control(path).isPresent() ? path : place(path));
    }
    return located;
  }

  private AbsolutePath place(AbsolutePath path) throws IOException {
    if (path.belowRoot().isEmpty()) {
      return path;
    }
    Disk disk = engine.environment().disk();
    try {
      AbsolutePath real = disk.realPath(path);
      if (engine.registry().control(real).isPresent()) {
        return real; // a root may be named by a link to it
      }
    } catch (DiskException _) {
      // It is not there any more, or leads nowhere: then it is no root.
    }
    for (AbsolutePath above = path.parent(); ; above = above.parent()) {
      try {
        AbsolutePath real = disk.realPath(above);
        return real.resolve(path.belowRoot().below(above.belowRoot()));
      } catch (DiskException e) {
        if (above.belowRoot().isEmpty()) {
          throw e;
        }
      }
    }
  }

  /**
   * Opens the history as SQL tables, brought up to date. It is derived from the journal, and made
   * anew where it can't be trusted.
   */
  public SqlHistory sql() throws IOException {
    return new SqlHistory(engine);
  }

  /** Returns what tells whether the record is whole. */
  public Audit audit() {
    return new Audit(engine);
  }

  /** Returns open and pending transactions and the roots, as they are now. */
  public Status status() throws IOException {
    return new StatusReport(engine).status();
  }

  /**
   * Probes what a directory's mount offers, and which level a root there gets. The directory need
   * not be under care. Changes nothing that stays.
   */
  public Diagnosis diagnose(AbsolutePath directory) throws IOException {
    return new Doctor(engine, directory.belowRoot().isEmpty() ? directory : known(directory))
        .diagnose();
  }

  // ---- upkeep ----------------------------------------------------------------------------------

  /**
   * Frees old before-images; history stays. By default the end of a commit does it.
   *
   * @throws RefusedException if an age was given and the clock is behind the newest transaction
   */
  public Pruned prune(PruneOptions options) throws IOException {
    AbsolutePath root = options.root();
    return new Pruning(engine, root == null ? options : options.withRoot(known(root))).run();
  }

  /**
   * Sets one of a root's settings ({@code root set}); an empty value takes the default.
   *
   * @throws RefusedException for an unknown key or a value that it cannot have
   */
  public void set(AbsolutePath root, String key, String value) throws IOException {
    new RootCare(engine).set(known(root), key, value);
  }

  /**
   * Takes a root out of care; its tree stays as it is, its before-images go.
   *
   * @throws dev.holdfast.engine.failure.HoldfastException if a transaction of it is open or pending
   */
  public void forget(AbsolutePath root) throws IOException {
    new RootCare(engine).forget(known(root));
  }

  @Override
  public void close() {
    engine.journal().close();
  }
}
