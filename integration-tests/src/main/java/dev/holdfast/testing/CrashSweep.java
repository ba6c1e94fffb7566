package dev.holdfast.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Runs something once, then crashes it at every step in many ways, recovers and checks each time;
 * and crashes the recovery in the same way, if asked to.
 *
 * <p>A failure names the one line that reproduces it and prints the steps up to the crash.
 * Immutable but for the count of {@link #states}.
 */
public final class CrashSweep {
  /** Something that is done with a disk. */
  @FunctionalInterface
  public interface Action {
    /** Does it. Handles need not be closed if the process dies. */
    void run(SimulatedDisk disk) throws Exception;
  }

  /** Something that must be so after a crash and the recovery. */
  @FunctionalInterface
  public interface Check {
    /** Throws if it is not so. */
    void check(SimulatedDisk disk, Crash crash) throws Exception;
  }

  private final Action recovery;
  private final Check check;
  private final List<PowerCut> cuts;
  private final int samples;
  private int states;

  private CrashSweep(Action recovery, Check check, List<PowerCut> cuts, int samples) {
    this.recovery = recovery;
    this.check = check;
    this.cuts = List.copyOf(cuts);
    this.samples = samples;
  }

  /** Returns a sweep by kills, and by power cuts of every mode with one seed. */
  public static CrashSweep recoveringBy(Action recovery, Check check) {
    return new CrashSweep(recovery, check, PowerCut.variety(1, 1), 0);
  }

  /** Returns this sweep with other power cuts. */
  public CrashSweep cutting(List<PowerCut> otherCuts) {
    return new CrashSweep(recovery, check, otherCuts, samples);
  }

  /**
   * Returns this sweep also crashing each recovery: from a power cut some times, from a kill ten
   * times as often, because there the cache shows what the device may not have.
   *
   * @param times how often, at steps and in ways taken by chance
   */
  public CrashSweep crashingRecovery(int times) {
    return new CrashSweep(recovery, check, cuts, times);
  }

  /** Returns the number of crash states that were recovered from and checked. */
  public int states() {
    return states;
  }

  /** Runs {@code action} on {@code disk} and sweeps over its steps. */
  public void over(SimulatedDisk disk, Action action) throws Exception {
    History history = disk.record();
    action.run(disk);
    over(history);
  }

  /** Sweeps over the steps of a recorded run. */
  public void over(History history) {
    for (int step = 1; step <= history.steps() + 1; step++) {
      reproduce(history, CrashPlan.kill(step));
      boolean certain = history.pendingBefore(CrashPlan.kill(step)) == 0;
      for (PowerCut cut : certain ? PowerCut.certain().subList(0, 1) : cuts) {
        reproduce(history, CrashPlan.powerCut(step, cut.mode(), cut.seed()));
      }
    }
  }

  /** Makes one crash happen, and one in the recovery from each before, and checks once. */
  public void reproduce(History history, CrashPlan first, CrashPlan... more) {
    Crash crash = new Crash(List.of(first), history.notesBefore(first));
    History crashed = history;
    CrashPlan plan = first;
    for (CrashPlan next : more) {
      crashed = recover(crashed, plan, crash);
      plan = next;
      crash = new Crash(append(crash.plans(), next), crash.notes());
    }
    History recovered = recover(crashed, plan, crash);
    if (more.length == 0 && recovered.steps() > 0) {
      crashRecovery(recovered, crash);
    }
  }

  private void crashRecovery(History recovered, Crash crash) {
    SplittableRandom random = new SplittableRandom(crash.toString().hashCode());
    boolean cached = crash.plans().getFirst().powerCut().isEmpty();
    for (int i = 0; i < (cached ? 10 * samples : samples); i++) {
      int step = 1 + random.nextInt(recovered.steps());
      PowerCut cut = cuts.get(random.nextInt(cuts.size()));
      CrashPlan second =
          random.nextInt(4) == 0
              ? CrashPlan.kill(step)
              : CrashPlan.powerCut(step, cut.mode(), cut.seed());
      recover(recovered, second, new Crash(append(crash.plans(), second), crash.notes()));
    }
  }

  private History recover(History history, CrashPlan plan, Crash crash) {
    states++;
    SimulatedDisk disk = history.after(plan);
    History recovering = disk.record();
    try {
      recovery.run(disk);
      check.check(disk, crash);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(
          "%s\nafter the crash: sweep.reproduce(history, %s)\nnoted before: %s\n%s\nrecovery:\n%s"
              .formatted(
                  e,
                  String.join(", ", crash.plans().stream().map(CrashPlan::toString).toList()),
                  crash.notes(),
                  history.trace(plan),
                  recovering.trace(CrashPlan.kill(recovering.steps() + 1))),
          e);
    }
    return recovering;
  }

  private static List<CrashPlan> append(List<CrashPlan> plans, CrashPlan next) {
    List<CrashPlan> all = new ArrayList<>(plans);
    all.add(next);
    return all;
  }
}
