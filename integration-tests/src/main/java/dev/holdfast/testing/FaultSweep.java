package dev.holdfast.testing;

import dev.holdfast.selftest.disk.Call;
import dev.holdfast.testing.CrashSweep.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * Runs something again and again, each time with the next of its calls failing, until a run is
 * clean; then ends the process, or cuts the power too, recovers and checks. Faults that lose pages
 * strike barriers and write-back only. Immutable but for the count of {@link #states}.
 */
public final class FaultSweep {
  /** Something that must be so after a failure and the recovery. */
  @FunctionalInterface
  public interface Check {
    /** Throws if it is not so. */
    void check(SimulatedDisk disk, FaultedRun run) throws Exception;
  }

  private final Action recovery;
  private final Check check;
  private final List<Fault> faults;
  private final List<PowerCut> cuts;
  private final AtomicInteger states = new AtomicInteger();

  private FaultSweep(Action recovery, Check check, List<Fault> faults, List<PowerCut> cuts) {
    this.recovery = recovery;
    this.check = check;
    this.faults = List.copyOf(faults);
    this.cuts = List.copyOf(cuts);
  }

  /** Returns a sweep by these faults, which afterwards kills and cuts the power in certain ways. */
  public static FaultSweep of(List<Fault> faults, Action recovery, Check check) {
    return new FaultSweep(recovery, check, faults, PowerCut.certain());
  }

  /** Returns this sweep with other power cuts. */
  public FaultSweep cutting(List<PowerCut> otherCuts) {
    return new FaultSweep(recovery, check, faults, otherCuts);
  }

  /** Returns the number of states that were recovered from and checked. */
  public int states() {
    return states.get();
  }

  /** Runs {@code action} on copies of {@code disk}. */
  public void over(SimulatedDisk disk, Action action) {
    for (Fault fault : faults) {
      Predicate<Call> struck =
          call -> fault.losesPages() ? call.verb().writesBack() : call.verb().isStep();
      int n = 1;
      while (strike(disk.fork(), action, fault, struck, n)) {
        n++;
      }
    }
  }

  /** Returns whether there was an {@code n}-th call to fail. */
  private boolean strike(
      SimulatedDisk disk, Action action, Fault fault, Predicate<Call> struck, int n) {
    List<Call> failed = new ArrayList<>();
    FaultPlan plan = FaultPlan.nth(n, struck, fault);
    History history = disk.record();
    disk.plan(
        (FaultPlan)
            call -> {
              Optional<Fault> planned = plan.faultOf(call);
              planned.ifPresent(_ -> failed.add(call));
              return planned;
            });
    Optional<Exception> failure = Optional.empty();
    try {
      action.run(disk);
    } catch (Exception e) {
      failure = Optional.of(e);
    }
    if (failed.isEmpty()) {
      return false;
    }
    CrashPlan end = CrashPlan.kill(history.steps() + 1);
    FaultedRun run =
        new FaultedRun(
            fault, failed.getFirst(), failure, Optional.empty(), history.notesBefore(end));
    recover(history, end, run, n);
    for (PowerCut cut : cuts) {
      CrashPlan powerCut = CrashPlan.powerCut(end.step(), cut.mode(), cut.seed());
      FaultedRun cutRun = new FaultedRun(fault, run.call(), failure, Optional.of(cut), run.notes());
      recover(history, powerCut, cutRun, n);
    }
    return true;
  }

  private void recover(History history, CrashPlan plan, FaultedRun run, int n) {
    states.incrementAndGet();
    SimulatedDisk disk = history.after(plan);
    try {
      recovery.run(disk);
      check.check(disk, run);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "%s\nafter %s at the %d. call of its kind: %s\nthe run ended: %s\nthen %s\n%s"
              .formatted(e, run.fault(), n, run.call(), run.failure(), plan, history.trace(plan)),
          e);
    }
  }
}
