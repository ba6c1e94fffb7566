package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RootLocks;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.JournalWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Puts a directory under care. It happens while no update of a root around or inside it runs or is
 * pending, and a writer looks at the list of roots again once it has its locks: so every update
 * holds the gate of every root that holds what it touches, and whoever reads needs only one gate.
 */
final class Registration {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int RECOVERIES = 3;

  private final Engine engine;
  private final Disk disk;
  private final AbsolutePath path;

  Registration(Engine engine, AbsolutePath path) {
    this.engine = engine;
    this.disk = engine.environment().disk();
    this.path = path;
  }

  void run() throws IOException {
    requireNoOtherJournalAround();
    for (int attempt = 1; ; attempt++) {
      Set<AbsolutePath> known = engine.registry().roots().keySet();
      List<AbsolutePath> overlapping =
          known.stream().filter(root -> root.contains(path) || path.contains(root)).toList();
      List<ControlDirectory> controls = new ArrayList<>();
      try {
        open(overlapping, controls);
        try (RootLocks _ = lock(controls)) {
          if (!isAnyPending(controls)) {
            try (JournalWriter writer = engine.journal().write()) {
              if (known.equals(engine.registry().roots().keySet())) {
                register(writer);
                return;
              }
            }
            continue;
          }
        }
      } finally {
        controls.forEach(ControlDirectory::close);
      }
      RecoveryReport report = engine.recovery().recover(overlapping, false);
      if (report.isUnresolved() || attempt == RECOVERIES) {
        throw new InDoubtException(
            path
                + " cannot come under care: a transaction is pending on "
                + overlapping
                + "; `holdfast recover` first",
            null);
      }
    }
  }

  /** Updates of a root around this one know of the roots of their own journal only. */
  private void requireNoOtherJournalAround() throws IOException {
    for (AbsolutePath around = path.parent();
        !around.belowRoot().isEmpty();
        around = around.parent()) {
      AbsolutePath state = Holdfast.journalOf(disk, around);
      if (state != null && !state.equals(engine.journal().directory())) {
        throw new BusyException(
            path
                + " is inside "
                + around
                + ", which belongs to the journal in "
                + state
                + ", not to that in "
                + engine.journal().directory(),
            "journal in " + state);
      }
    }
  }

  /** What is not there, or not mounted, has no writer either. */
  private void open(List<AbsolutePath> roots, List<ControlDirectory> controls) throws IOException {
    for (AbsolutePath root : roots) {
      AbsolutePath place = engine.registry().control(root).orElse(null);
      if (place != null) {
        ControlDirectory.open(disk, place).ifPresent(controls::add);
      }
    }
    // One that is there already may be going just now: `root forget` holds its lock.
    ControlDirectory.open(disk, ControlDirectory.placeFor(disk, path)).ifPresent(controls::add);
    controls.sort(Comparator.comparing(ControlDirectory::path));
  }

  private RootLocks lock(List<ControlDirectory> controls) throws IOException {
    return RootLocks.takeWriters(
        controls,
        PATIENCE,
        "process " + disk.host().processId() + " (new root)",
        engine.environment(),
        engine::checkCancelled);
  }

  private static boolean isAnyPending(List<ControlDirectory> controls) throws IOException {
    for (ControlDirectory control : controls) {
      if (control.isPending()) {
        return true;
      }
    }
    return false;
  }

  private void register(JournalWriter held) throws IOException {
    if (engine.registry().control(path).isPresent()) {
      return;
    }
    try (Directory parent = disk.openDirectory(path.parent())) {
      Stat stat = parent.stat(path.name()).orElse(null);
      if (stat != null && !stat.isDirectory()) {
        throw new RefusedException(path + " is not a directory; nothing was changed");
      }
    }
    AbsolutePath state = Holdfast.journalOf(disk, path);
    if (state != null && !state.equals(engine.journal().directory())) {
      throw new BusyException(
          path
              + " belongs to the journal in "
              + state
              + ", not to that in "
              + engine.journal().directory(),
          "journal in " + state);
    }
    AbsolutePath place = ControlDirectory.placeFor(disk, path);
    boolean taken = ControlDirectory.isThere(disk, place);
    try {
      makeControl(place, held);
      engine.registry().add(path, place);
    } catch (IOException e) {
      if (!taken) {
        abandon(place, held, e);
      }
      throw e;
    }
  }

  private void makeControl(AbsolutePath place, JournalWriter held) throws IOException {
    Owner owner =
        new Owner(held.journal(), disk.host().machineId(), engine.journal().directory(), path, 0);
    try (ControlDirectory control = ControlDirectory.create(disk, place, owner)) {
      Owner found = control.owner().orElse(owner);
      if (!found.journal().equals(held.journal())) {
        throw new BusyException(
            control.path()
                + " belongs to another journal, in "
                + found.state()
                + "; use that one, or if it is lost, `holdfast recover --adopt "
                + path
                + "`",
            "journal " + found.journal());
      }
    }
  }

  /** Nobody would ever look for a control directory whose root did not come on the list. */
  private void abandon(AbsolutePath place, JournalWriter held, IOException failure) {
    try {
      if (engine.registry().control(path).isPresent()) {
        return; // it is there, and only whether it is durable is not known
      }
      try (ControlDirectory control = ControlDirectory.open(disk, place).orElse(null)) {
        Owner owner = control == null ? null : control.owner().orElse(null);
        if (owner != null && !owner.journal().equals(held.journal())) {
          return;
        }
      }
      ControlDirectory.remove(disk, place);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
