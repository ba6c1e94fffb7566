package dev.holdfast.testing;

import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.disk.Call;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One process on a simulated machine: counts its calls, fails them, and dies at the planned one.
 */
final class SimulatedProcess {
  /** What a call does, once it is sure to happen. */
  interface Action<T> {
    T run() throws DiskException;
  }

  final Machine machine;
  final long number;
  private final Set<OpenInode> open = new LinkedHashSet<>();
  private final List<Call> trace = new ArrayList<>();
  private @Nullable CrashPlan crashPlan;
  private int plannedAt;
  private FaultPlan faultPlan = FaultPlan.NONE;
  private @Nullable String death;

  SimulatedProcess(Machine machine) {
    this.machine = machine;
    machine.become(machine.state().withProcess());
    machine.started(this);
    this.number = 1000 + machine.state().processes();
  }

  void plan(CrashPlan plan) {
    crashPlan = plan;
    plannedAt = trace.size();
  }

  @Nullable CrashPlan crashPlan() {
    return crashPlan;
  }

  void plan(FaultPlan plan) {
    faultPlan = plan;
  }

  /** Returns the steps so far, the failed ones too. */
  List<Call> trace() {
    return List.copyOf(trace);
  }

  int steps() {
    return trace.size();
  }

  boolean isDead() {
    return death != null;
  }

  Set<OpenInode> open() {
    return open;
  }

  void opened(OpenInode handle) {
    open.add(handle);
  }

  void closed(OpenInode handle) {
    open.remove(handle);
  }

  /** Runs a call that changes nothing when it fails by plan. */
  <T> T call(Call call, Action<T> action) throws DiskException {
    return call(call, action, _ -> {});
  }

  /**
   * Runs a call.
   *
   * @param damage what a planned failure does to the disk all the same
   * @throws ProcessKilled if the process is dead, or dies here
   */
  <T> T call(Call call, Action<T> action, Consumer<Fault> damage) throws DiskException {
    machine.guard.lock();
    try {
      checkAlive();
      if (!call.verb().isStep()) {
        Fault fault = faultPlan.faultOf(call).orElse(null);
        if (fault != null) {
          throw failure(fault, call);
        }
        return action.run();
      }
      return step(call, action, damage);
    } finally {
      machine.guard.unlock();
    }
  }

  private <T> T step(Call call, Action<T> action, Consumer<Fault> damage) throws DiskException {
    CrashPlan plan = crashPlan;
    if (plan != null && !plan.done() && plan.step() <= trace.size() - plannedAt + 1) {
      die(plan + " before: " + call);
      checkAlive();
    }
    machine.passTime(machine.tick);
    trace.add(call);
    try {
      Fault fault = faultPlan.faultOf(call).orElse(null);
      if (fault != null) {
        damage.accept(fault);
        if (!fault.isSilentAt(call)) {
          throw failure(fault, call);
        }
      }
      T result = action.run();
      finish(call, "");
      return result;
    } catch (DiskException e) {
      finish(call, e.error().text());
      throw e;
    }
  }

  private void finish(Call call, String failure) {
    if (machine.history != null) {
      machine.history.add(call, failure, machine.state());
    }
    CrashPlan plan = crashPlan;
    if (plan != null && plan.done() && plan.step() <= trace.size() - plannedAt) {
      die(plan + " after: " + call);
    }
    checkAlive();
  }

  private static DiskException failure(Fault fault, Call call) {
    return new DiskException(
        fault.error(), call.verb().text(), call.path().toString(), "planned fault");
  }

  /** Throws if the process is dead. */
  void checkAlive() {
    if (death != null) {
      throw new ProcessKilled(death);
    }
  }

  /** Ends the process: its locks are free and its descriptors closed; the cache stays. */
  void die(String cause) {
    if (death != null) {
      return;
    }
    death = "process " + number + " was killed by " + cause;
    for (OpenInode handle : List.copyOf(open)) {
      handle.release();
    }
  }
}
