package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.engine.commit.RootLocks;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.LocalAccounts;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Changes how a root is cared for: its settings, and whether it is at all. */
final class RootCare {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int GATE_MODE = 0640;

  private final Engine engine;
  private final Disk disk;

  RootCare(Engine engine) {
    this.engine = engine;
    this.disk = engine.environment().disk();
  }

  private RootLocks lock(ControlDirectory control, Duration patience, String what)
      throws IOException {
    return RootLocks.takeWriters(
        List.of(control),
        patience,
        "process " + disk.host().processId() + " (" + what + ")",
        engine.environment(),
        engine::checkCancelled);
  }

  // ---- settings --------------------------------------------------------------------------------

  void set(AbsolutePath root, String key, String value) throws IOException {
    try (ControlDirectory control = engine.control(root);
        RootLocks _ = lock(control, PATIENCE, "root set")) {
      requireOwned(control);
      Map<String, String> settings = RootSettings.of(control).with(key, value);
      if (key.equals(RootSettings.GATE_GROUP)) {
        setGateGroup(control, value);
      }
      control.writeSettings(settings);
    }
  }

  private void requireOwned(ControlDirectory control) throws IOException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      throw new InDoubtException(
          control.path() + "/owner is missing or damaged; see `holdfast recover --adopt`", null);
    }
    if (!owner.journal().equals(engine.journal().id())) {
      throw new BusyException(
          control.path() + " belongs to another journal, in " + owner.state(),
          "journal " + owner.journal());
    }
  }

  /** Whoever may open the gate may keep every update out, so nobody may but by choice (hole 26). */
  private void setGateGroup(ControlDirectory control, String group) throws IOException {
    int number = disk.host().gid();
    if (!group.isEmpty()) {
      OptionalInt known = new LocalAccounts(disk).group(group);
      if (known.isEmpty() && !group.matches("[0-9]{1,9}")) {
        throw new RefusedException(
            "there is no group \"" + group + "\" on this machine; nothing was changed");
      }
      number = known.isPresent() ? known.getAsInt() : Integer.parseInt(group);
    }
    try (Entry gate = control.directory().entry(EntryName.of("gate"))) {
      gate.setOwner(-1, number);
      gate.setMode(GATE_MODE);
    }
  }

  // ---- forgetting ------------------------------------------------------------------------------

  /**
   * Forgets a root. The list of roots comes first, durable, and then the control directory goes: a
   * crash in between leaves a directory that nobody looks for, which the next registration takes
   * over and the next {@code forget} removes. The other way round it would leave a listed root
   * without its control directory, which is what a root that is not mounted looks like: nothing on
   * it could start before somebody came. What nobody looks for is nobody's evidence either, so the
   * control directory says first that it is on its way out.
   */
  void forget(AbsolutePath root) throws IOException {
    forget(root, PATIENCE, _ -> true);
  }

  /**
   * Forgets a root to which nothing has happened, if nobody works on it at this moment. Whoever put
   * it under care may have been overtaken: what others have applied or set since stays.
   */
  void forgetUnused(AbsolutePath root) throws IOException {
    forget(root, Duration.ZERO, RootCare::isUnused);
  }

  private static boolean isUnused(ControlDirectory control) throws IOException {
    return control.owner().map(owner -> owner.sequence() == 0).orElse(false)
        && control.folders().isEmpty()
        && control.retired().isEmpty()
        && control.settings().isEmpty();
  }

  private interface Condition {
    boolean holds(ControlDirectory control) throws IOException;
  }

  private void forget(AbsolutePath root, Duration patience, Condition condition)
      throws IOException {
    AbsolutePath place =
        engine
            .registry()
            .control(root)
            .orElseThrow(() -> new RefusedException(root + " is not under Holdfast's care"));
    try (ControlDirectory control = ControlDirectory.open(disk, place).orElse(null)) {
      if (control == null) {
        requireNothingOpen(root, null);
        unregister(root);
        return;
      }
      boolean ours;
      try (RootLocks _ = lock(control, patience, "root forget")) {
        if (!condition.holds(control)) {
          return;
        }
        ours = isOurs(control);
        if (ours) {
          requireNothingOpen(root, control);
          control.forget();
        }
        unregister(root);
        if (ours) {
          ControlDirectory.remove(disk, place);
        }
      }
    }
  }

  private void unregister(AbsolutePath root) throws IOException {
    try (JournalWriter _ = engine.journal().write()) {
      engine.registry().remove(root);
    }
  }

  /** What another journal has taken over stays; whose it is must be known to tell. */
  private boolean isOurs(ControlDirectory control) throws IOException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      throw new InDoubtException(
          control.path()
              + "/owner is missing or damaged: whose before-images these are is not known;"
              + " `holdfast recover --adopt` first",
          null);
    }
    return owner.journal().equals(engine.journal().id());
  }

  private void requireNothingOpen(AbsolutePath root, @Nullable ControlDirectory control)
      throws IOException {
    if (control != null && control.isPending()) {
      throw new InDoubtException(
          root + " cannot be forgotten: a transaction is pending; `holdfast recover` first", null);
    }
    try (JournalView view = engine.journal().read()) {
      for (TransactionRecord record : view.unfinished()) {
        if (concerns(record, root, view) && isOpen(record, control)) {
          boolean decided = record.state() != TransactionState.ACTIVE;
          throw new RefusedException(
              root
                  + " cannot be forgotten: transaction "
                  + record.sequence()
                  + " is "
                  + record.state().label()
                  + (decided
                      ? "; `holdfast recover`, or `holdfast resolve "
                          + record.sequence()
                          + " --as-is` if the root is gone for good"
                      : "; commit or abort it first"));
        }
      }
    }
  }

  private static boolean concerns(TransactionRecord record, AbsolutePath root, JournalView view)
      throws IOException {
    return record.beginning().roots().contains(root)
        || view.plan(record.sequence())
            .filter(plan -> plan.roots().stream().anyMatch(r -> r.path().equals(root)))
            .isPresent();
  }

  /** What a dead process left before its decision keeps nobody from forgetting. */
  private static boolean isOpen(TransactionRecord record, @Nullable ControlDirectory control)
      throws IOException {
    if (record.state() != TransactionState.ACTIVE) {
      return true;
    }
    if (control == null) {
      return false;
    }
    try (TransactionFolder folder = control.folder(record.id()).orElse(null)) {
      return folder != null && (record.beginning().lasting() || !folder.isAbandoned());
    }
  }
}
