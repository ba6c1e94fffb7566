package dev.holdfast.engine.commit;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Host;
import dev.holdfast.engine.commit.RecoveryReport.Finding;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.commit.RootLocks.Checkpoint;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Marker;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.engine.control.RootRegistry;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.PlanFile;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.journal.h2.H2Journal;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Takes roots over whose journal is lost, older than they are, or another one ({@code recover
 * --adopt}). Each has in its control directory all that is needed: the marker, the plan, and the
 * evidence how far it came.
 *
 * <p>A pending transaction first becomes one of our own: a new number in our journal, the same
 * plan, decided by the evidence alone (some operation executed: forward; none: back). Then its root
 * becomes ours, and then ordinary recovery ends it. A crash in between leaves what recovery or
 * another adoption can end.
 */
public final class Adoption {
  private final Environment environment;
  private final Journal journal;
  private final RootRegistry registry;
  private final Recovery recovery;

  /** Creates the adoption of roots by one journal. */
  public Adoption(
      Environment environment, Journal journal, RootRegistry registry, Recovery recovery) {
    this.environment = environment;
    this.journal = journal;
    this.registry = registry;
    this.recovery = recovery;
  }

  /** Takes over these roots, and those that a pending transaction binds to them. */
  public RecoveryReport adopt(Collection<AbsolutePath> roots) throws IOException {
    List<Finding> findings = new ArrayList<>();
    Set<AbsolutePath> done = new LinkedHashSet<>();
    for (AbsolutePath root : new TreeSet<>(roots)) {
      if (!done.contains(root)) {
        findings.addAll(adopt(root, done));
      }
    }
    return new RecoveryReport(findings);
  }

  private static Finding unresolved(AbsolutePath root, String text) {
    return new Finding(null, List.of(root), Result.UNRESOLVED, root + ": " + text);
  }

  // ---- finding out -----------------------------------------------------------------------------

  private Optional<AbsolutePath> place(AbsolutePath root) throws IOException {
    Optional<AbsolutePath> registered = registry.control(root);
    if (registered.isPresent()) {
      return registered;
    }
    for (AbsolutePath place : ControlDirectory.places(root)) {
      try (ControlDirectory control =
          ControlDirectory.open(environment.disk(), place).orElse(null)) {
        if (control != null
            && control.owner().map(owner -> owner.root().equals(root)).orElse(true)) {
          return Optional.of(place);
        }
      } catch (RefusedException _) {
        // What others could have written is no evidence.
      }
    }
    return Optional.empty();
  }

  /** Returns why a control directory may not be taken over; null if it may. */
  private @Nullable String refusal(ControlDirectory control) throws IOException {
    Owner owner = control.owner().orElse(null);
    if (owner == null) {
      return null; // Damaged: nobody else can prove that it is theirs.
    }
    if (!owner.machineId().equals(environment.disk().host().machineId())) {
      return "it belongs to another machine, " + owner.machineId() + "; recover it there";
    }
    if (owner.journal().equals(journal.id())) {
      return null;
    }
    return isWhole(owner)
        ? "its journal is whole, in "
            + owner.state()
            + ": use that one (`--state "
            + owner.state()
            + "`)"
        : null;
  }

  /** Returns whether the owner's journal is where it was, and knows all that the root has seen. */
  private boolean isWhole(Owner owner) throws IOException {
    if (owner.state().equals(journal.directory())
        || !H2Journal.isIn(environment.disk(), owner.state())) {
      return false;
    }
    try (Journal other = H2Journal.open(environment.disk(), owner.state());
        JournalView view = other.read()) {
      return other.id().equals(owner.journal()) && view.lastSequence() >= owner.sequence();
    } catch (JournalException e) {
      return switch (e.reason()) {
        case LOST, DAMAGED -> false;
        case BUSY, NEWER, UNSAFE, FAILED -> throw e;
      };
    }
  }

  private boolean isOurs(ControlDirectory control, long lastSequence) throws IOException {
    Owner owner = control.owner().orElse(null);
    return owner != null
        && owner.journal().equals(journal.id())
        && owner.sequence() <= lastSequence
        && owner.machineId().equals(environment.disk().host().machineId());
  }

  /** Returns whether nothing is to be taken over here: it is ours, and so is what is pending. */
  private boolean isSettled(ControlDirectory control, @Nullable Pending pending)
      throws IOException {
    try (JournalView view = journal.read()) {
      return isOurs(control, view.lastSequence())
          && (pending == null
              || (pending.marker() != null
                  && pending.marker().journal().equals(journal.id())
                  && view.find(pending.marker().id())
                      .filter(record -> record.state() != TransactionState.ACTIVE)
                      .isPresent()));
    }
  }

  private static String origin(ControlDirectory control, Marker marker) throws IOException {
    Owner owner = control.owner().orElse(null);
    return "transaction "
        + marker.sequence()
        + " of journal "
        + marker.journal()
        + (owner == null ? "" : " in " + owner.state());
  }

  // ---- one root --------------------------------------------------------------------------------

  /** The control directories that belong together, open. */
  private final class Group implements AutoCloseable {
    private final SortedMap<AbsolutePath, ControlDirectory> byRoot = new TreeMap<>();

    @Nullable String add(AbsolutePath root, AbsolutePath place) throws IOException {
      ControlDirectory control = ControlDirectory.open(environment.disk(), place).orElse(null);
      if (control == null) {
        return root + " is not there or not mounted (its control directory is " + place + ")";
      }
      byRoot.put(root, control);
      String refusal = refusal(control);
      return refusal == null ? null : root + ": " + refusal;
    }

    SortedMap<AbsolutePath, AbsolutePath> places() {
      SortedMap<AbsolutePath, AbsolutePath> places = new TreeMap<>();
      byRoot.forEach((root, control) -> places.put(root, control.path()));
      return places;
    }

    @Override
    public void close() {
      byRoot.values().forEach(ControlDirectory::close);
    }
  }

  private List<Finding> adopt(AbsolutePath root, Set<AbsolutePath> done) throws IOException {
    AbsolutePath place = place(root).orElse(null);
    if (place == null) {
      return List.of(unresolved(root, "it has no control directory: there is nothing to adopt"));
    }
    try (Group group = new Group()) {
      String refusal = group.add(root, place);
      if (refusal != null) {
        return List.of(new Finding(null, List.of(root), Result.UNRESOLVED, refusal));
      }
      ControlDirectory control = group.byRoot.get(root);
      Pending pending = control == null ? null : pending(control);
      if (control != null && isSettled(control, pending)) {
        try (JournalWriter _ = journal.write()) {
          registry.add(root, place);
        }
        done.add(root);
        return recovery.recover(List.of(root), false).findings();
      }
      if (pending != null && pending.plan() != null) {
        for (PlannedRoot planned : pending.plan().roots()) {
          refusal =
              planned.path().equals(root) ? null : group.add(planned.path(), planned.control());
          if (refusal != null) {
            return List.of(unresolved(root, "its pending transaction has more roots: " + refusal));
          }
        }
      }
      Finding taken;
      try (RootLocks _ =
          RootLocks.take(
              RootLocks.Kind.WRITER,
              List.copyOf(group.byRoot.values()),
              Duration.ZERO,
              "process " + environment.disk().host().processId() + " (adoption)",
              environment,
              Checkpoint.NONE)) {
        taken = takeOver(root, group, pending);
      } catch (BusyException e) {
        return List.of(new Finding(null, List.of(root), Result.BUSY, root + ": " + e.getMessage()));
      }
      done.addAll(group.byRoot.keySet());
      List<Finding> findings = new ArrayList<>();
      if (taken != null) {
        findings.add(taken);
      }
      if (pending != null) {
        findings.addAll(recovery.recover(group.byRoot.keySet(), false).findings());
      }
      return findings;
    }
  }

  /**
   * What a marker says.
   *
   * @param marker the marker; null if it is damaged
   * @param id its transaction; null if nothing was being applied
   * @param plan the plan beside it; null if that is damaged or missing
   */
  private record Pending(
      @Nullable Marker marker, @Nullable TransactionId id, @Nullable Plan plan) {}

  private @Nullable Pending pending(ControlDirectory control) throws IOException {
    if (!control.isPending()) {
      return null;
    }
    Marker marker = control.marker().orElse(null);
    TransactionId id = marker == null ? beingApplied(control) : marker.id();
    return new Pending(marker, id, id == null ? null : plan(control, id, marker));
  }

  private static @Nullable TransactionId beingApplied(ControlDirectory control) throws IOException {
    for (TransactionId id : control.folders()) {
      try (TransactionFolder folder = control.folder(id).orElse(null)) {
        if (PendingTransaction.isBeingApplied(folder)) {
          return id;
        }
      }
    }
    return null;
  }

  private static @Nullable Plan plan(
      ControlDirectory control, TransactionId id, @Nullable Marker marker) throws IOException {
    try (TransactionFolder folder = control.folder(id).orElse(null)) {
      Optional<byte[]> file = folder == null ? Optional.empty() : folder.readPlan();
      if (file.isEmpty()) {
        return null;
      }
      byte[] encoded = PlanFile.encodedPlan(file.get());
      boolean other = marker != null && !marker.plan().equals(PlanCodec.digest(encoded));
      Plan plan = other ? null : PlanCodec.decode(encoded);
      return plan != null && plan.id().equals(id) ? plan : null;
    } catch (JournalException _) {
      return null; // Torn.
    }
  }

  // ---- taking over -----------------------------------------------------------------------------

  private @Nullable Finding takeOver(AbsolutePath root, Group group, @Nullable Pending pending)
      throws IOException {
    long last;
    try (JournalView view = journal.read()) {
      last = view.lastSequence();
    }
    ControlDirectory control = group.byRoot.get(root);
    if (control == null) {
      throw new IllegalStateException("not open: " + root);
    }
    if (pending == null || pending.id() == null || pending.plan() == null) {
      if (pending != null && pending.id() != null && wasApplied(control, pending.id())) {
        return unresolved(
            root,
            "transaction "
                + pending.id()
                + " was being applied, but its plan is damaged: compare the tree with what "
                + control.path()
                + "/tx holds, then remove "
                + control.path()
                + "/pending");
      }
      if (pending != null) {
        control.removeMarker(); // Barrier 1 never ended: nothing was visible.
      }
      own(root, control, last);
      return new Finding(
          null,
          List.of(root),
          Result.TIDIED,
          root
              + ": was taken over"
              + (pending == null ? "" : "; a marker that meant nothing was removed"));
    }
    adopt(group, control, pending.id(), pending.plan(), pending.marker());
    return null;
  }

  private static boolean wasApplied(ControlDirectory control, TransactionId id) throws IOException {
    try (TransactionFolder folder = control.folder(id).orElse(null)) {
      return PendingTransaction.isBeingApplied(folder);
    }
  }

  private void own(AbsolutePath root, ControlDirectory control, long sequence) throws IOException {
    Host host = environment.disk().host();
    control.changeOwner(
        new Owner(journal.id(), host.machineId(), journal.directory(), root, sequence));
    try (JournalWriter _ = journal.write()) {
      registry.add(root, control.path());
    }
  }

  /** Makes a pending transaction of another journal one of ours. */
  private void adopt(
      Group group, ControlDirectory control, TransactionId id, Plan plan, @Nullable Marker marker)
      throws IOException {
    String origin =
        marker == null
            ? "transaction " + plan.sequence() + " of journal " + plan.journal()
            : origin(control, marker);
    Plan ours;
    try (JournalView view = journal.read();
        PendingTransaction found =
            PendingTransaction.open(environment, view, id, group.places(), group.byRoot.keySet())) {
      found.takeTornMarker();
      TransactionState direction = direction(found);
      ours = decide(found.record(), plan, origin, direction);
    }
    byte[] encoded = PlanCodec.encode(ours);
    Marker renewed =
        new Marker(
            ours.journal(), ours.id(), ours.sequence(), PlanCodec.digest(encoded), ours.mode());
    for (ControlDirectory each : group.byRoot.values()) {
      boolean marked =
          each.isPending() && each.marker().map(m -> m.id().equals(id)).orElse(each == control);
      try (TransactionFolder folder = each.folder(id).orElse(null)) {
        if (marked && folder != null) {
          folder.replacePlan(PlanFile.encode(encoded));
        }
      }
      if (marked) {
        each.remark(renewed);
      }
    }
    for (var each : group.byRoot.entrySet()) {
      own(each.getKey(), each.getValue(), ours.sequence());
    }
  }

  /**
   * Returns the state that makes recovery go where the evidence says; in doubt if it says nothing.
   */
  private static TransactionState direction(PendingTransaction found) throws IOException {
    if (!found.unreachable().isEmpty() || found.unsure()) {
      return TransactionState.IN_DOUBT;
    }
    return found.executed() && !found.back() && !found.rolledBack()
        ? TransactionState.COMMITTED
        : TransactionState.ROLLING_BACK;
  }

  private Plan decide(
      @Nullable TransactionRecord known, Plan plan, String origin, TransactionState direction)
      throws IOException {
    try (JournalWriter writer = journal.write()) {
      TransactionRecord record = known == null ? writer.begin(beginning(plan, origin)) : known;
      Plan ours =
          new Plan(
              plan.id(),
              record.sequence(),
              journal.id(),
              plan.mode(),
              plan.roots(),
              plan.operations(),
              plan.directoryTimes());
      TransactionState state = record.state();
      if (state == TransactionState.ACTIVE) {
        state = writer.decide(ours).state();
      }
      if (state != direction && state.mayBecome(direction)) {
        writer.advance(
            record.sequence(),
            direction,
            Outcome.because(environment.clock().instant(), "adopted: " + origin).byRecovery());
      }
      writer.force();
      return ours;
    }
  }

  private Beginning beginning(Plan plan, String origin) {
    Host host = environment.disk().host();
    return new Beginning(
        plan.id(),
        environment.clock().instant(),
        host.userName(),
        host.uid(),
        host.loginUid(),
        host.hostName(),
        host.bootId(),
        host.processId(),
        "",
        List.of(),
        "adopted: " + origin,
        plan.roots().stream().map(PlannedRoot::path).toList(),
        null,
        false);
  }
}
