package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Marker;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Looks at the journal and all roots; takes no lock and changes nothing. */
final class StatusReport {
  private final Engine engine;

  StatusReport(Engine engine) {
    this.engine = engine;
  }

  Status status() throws IOException {
    List<TransactionRecord> pending = new ArrayList<>();
    List<TransactionRecord> active = new ArrayList<>();
    List<RootStatus> roots = new ArrayList<>();
    try (JournalView view = engine.journal().read()) {
      for (TransactionRecord record : view.unfinished()) {
        (record.state() == TransactionState.ACTIVE ? active : pending).add(record);
      }
      for (Map.Entry<AbsolutePath, AbsolutePath> root : engine.registry().roots().entrySet()) {
        roots.add(root(root.getKey(), root.getValue(), view));
      }
    }
    return new Status(pending, active, roots);
  }

  private RootStatus root(AbsolutePath path, AbsolutePath place, JournalView view)
      throws IOException {
    Disk disk = engine.environment().disk();
    try (ControlDirectory control = ControlDirectory.open(disk, place).orElse(null)) {
      if (control == null) {
        return new RootStatus(
            path,
            place,
            "",
            "absent",
            0,
            "its control directory is not there: absent, or not mounted");
      }
      MountLevel level = MountLevel.of(disk, control.directory());
      List<String> details = new ArrayList<>();
      String state = state(control, view, details);
      if (!level.level().equals("L2")) {
        details.add(level.level() + " " + level.text());
      }
      SelfHosting.of(disk, path).ifPresent(details::add);
      return new RootStatus(
          path, place, level.level(), state, control.size(), String.join("; ", details));
    } catch (RefusedException e) {
      return new RootStatus(path, place, "", "foreign", 0, String.valueOf(e.getMessage()));
    } catch (DiskException e) {
      return new RootStatus(path, place, "", "absent", 0, String.valueOf(e.getMessage()));
    }
  }

  private String state(ControlDirectory control, JournalView view, List<String> details)
      throws IOException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      details.add("its file owner is missing or damaged; see `holdfast recover --adopt`");
      return "foreign";
    }
    if (!owner.journal().equals(view.journal())) {
      details.add("it belongs to the journal " + owner.journal() + " in " + owner.state());
      return "foreign";
    }
    if (!owner.machineId().equals(engine.environment().disk().host().machineId())) {
      details.add("it belongs to another machine, " + owner.machineId());
      return "foreign";
    }
    if (owner.sequence() > view.lastSequence()) {
      details.add(
          "the journal ends at transaction "
              + view.lastSequence()
              + ", the tree has seen "
              + owner.sequence());
      return "foreign";
    }
    if (!control.isPending()) {
      return "clean";
    }
    details.add(
        control
            .marker()
            .map(Marker::sequence)
            .map(sequence -> "transaction " + sequence)
            .orElse("a torn marker"));
    return "pending";
  }
}
