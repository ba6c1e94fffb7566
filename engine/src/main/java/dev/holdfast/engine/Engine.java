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
import dev.holdfast.journal.Origin;
import dev.holdfast.journal.TransactionId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
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
