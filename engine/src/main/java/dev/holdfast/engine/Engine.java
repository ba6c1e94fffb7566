package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Host;
import dev.holdfast.engine.commit.Adoption;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.Recovery;
import dev.holdfast.engine.commit.Resolution;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the parts of one open {@link Holdfast} share. Safe for several threads. */
final class Engine {
  private final Environment environment;
  private final Journal journal;
  private final RootRegistry registry;
  private final Recovery recovery;
  private final Housekeeping housekeeping;
  private final Levels levels;
  private final String workingDirectory;
  private final Caller caller;
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private int running;

  Engine(Environment environment, Journal journal, String workingDirectory) {
    this.environment = environment;
    this.journal = journal;
    this.registry = new RootRegistry(environment.disk(), journal.directory());
    this.recovery = new Recovery(environment, journal, registry);
    this.housekeeping = new Housekeeping(environment, journal, registry);
    this.levels = new Levels(environment.disk());
    this.workingDirectory = workingDirectory;
    this.caller = Caller.of(environment.disk());
  }

  Environment environment() {
    return environment;
  }

  Journal journal() {
    return journal;
  }

  RootRegistry registry() {
    return registry;
  }

  Recovery recovery() {
    return recovery;
  }

  Resolution resolution() {
    return new Resolution(environment, journal, registry, recovery);
  }

  Adoption adoption() {
    return new Adoption(environment, journal, registry, recovery);
  }

  Housekeeping housekeeping() {
    return housekeeping;
  }

  Levels levels() {
    return levels;
  }

  Caller caller() {
    return caller;
  }

  String workingDirectory() {
    return workingDirectory;
  }

  /** Returns the beginning of a transaction, as the record has it. */
  Beginning beginning(
      TransactionId id,
      Instant began,
      Options options,
      List<AbsolutePath> roots,
      boolean lasting,
      Origin.Kind kind) {
    Host host = environment.disk().host();
    return new Beginning(
        id,
        began,
        host.userName(),
        host.uid(),
        host.loginUid(),
        host.hostName(),
        host.bootId(),
        host.processId(),
        workingDirectory,
        Caller.command(options),
        options.message(),
        roots,
        options.undoes(),
        lasting,
        caller.origin(kind, options));
  }

  /** Opens the control directory of a registered root. */
  ControlDirectory control(AbsolutePath root) throws IOException {
    AbsolutePath place =
        registry
            .control(root)
            .orElseThrow(() -> new RefusedException(root + " is not under Holdfast's care"));
    return ControlDirectory.open(environment.disk(), place)
        .orElseThrow(() ->
            new InDoubtException(
                root
                    + ": its control directory "
                    + place
                    + " is not there: the root is absent or not mounted; mount it, or if it is"
                    + " gone for good, `holdfast root forget "
                    + root
                    + "`",
                null));
  }

  /**
   * Ends what a crash left, so that the record is what the trees are: a process can die after its
   * transaction is visible and before the record says so, and "the last one" or "all after it"
   * would leave that one out.
   *
   * @param alsoPending whether to recover, too, where a tree may have to change for it; else
   *     transactions are left as they are on whose roots a marker is
   */
  void settle(boolean alsoPending) throws IOException {
    Set<AbsolutePath> concerned = new TreeSet<>();
    try (JournalView view = journal.read()) {
      for (TransactionRecord record : view.unfinished()) {
        List<AbsolutePath> roots = record.beginning().roots();
        if (record.state() != TransactionState.ACTIVE && (alsoPending || !isPending(roots))) {
          concerned.addAll(roots);
        }
      }
    }
    if (!concerned.isEmpty()) {
      recovery.recover(concerned, false); // what it can't end is found again by whoever goes on
    }
  }

  /** Throws if a crash left one of {@code roots} as a mixture. */
  void requireNothingPending(Collection<AbsolutePath> roots) throws IOException {
    for (AbsolutePath root : roots) {
      try (ControlDirectory control = control(root)) {
        if (control.isPending()) {
          throw new InDoubtException(
              "a transaction is pending on " + root + ": run `holdfast recover` first", null);
        }
      }
    }
  }

  private boolean isPending(List<AbsolutePath> roots) throws IOException {
    for (AbsolutePath root : roots) {
      AbsolutePath place = registry.control(root).orElse(null);
      try (ControlDirectory control =
          place == null ? null : ControlDirectory.open(environment.disk(), place).orElse(null)) {
        if (control == null || control.isPending()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Counts a transaction that is running. */
  synchronized void enter() {
    running++;
  }

  /** Counts it out again. */
  synchronized void leave() {
    running--;
    notifyAll();
  }

  /** Stops what has not passed its commit point, and waits until nothing is running. */
  synchronized void cancel() {
    cancelled.set(true);
    boolean interrupted = false;
    while (running > 0) {
      try {
        wait();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  void checkCancelled() throws RolledBackException {
    if (cancelled.get()) {
      throw new RolledBackException("interrupted; nothing was changed");
    }
  }
}
