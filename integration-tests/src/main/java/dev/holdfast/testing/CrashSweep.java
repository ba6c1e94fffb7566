package dev.holdfast.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs something once, then crashes it at every step in many ways, recovers and checks each time;
 * and crashes the recovery in the same way, if asked to.
 *
 * <p>A failure names the one line that reproduces it and prints the steps up to the crash.
 * Immutable but for the count of {@link #states}.
 */
public final class CrashSweep {
  /** Something that is done with a disk; by several threads at once, each with its own. */
  @FunctionalInterface
  public interface Action {
    /** Does it. Handles need not be closed if the process dies. */
    void run(SimulatedDisk disk) throws Exception;
  }

  /** Something that must be so after a crash and the recovery; asked by several threads at once. */
  @FunctionalInterface
  public interface Check {
    /** Throws if it is not so. */
    void check(SimulatedDisk disk, Crash crash) throws Exception;
  }

  private final Action recovery;
  private final Check check;
  private final List<PowerCut> cuts;
  private final int samples;
  private final AtomicInteger states = new AtomicInteger();

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
    return states.get();
  }

  /** Runs {@code action} on {@code disk} and sweeps over its steps. */
  public void over(SimulatedDisk disk, Action action) throws Exception {
    History history = disk.record();
    action.run(disk);
    over(history);
  }

  /**
   * Sweeps over the steps of a recorded run, with as many threads as the common pool has: each
   * crash has a machine of its own.
   *
   * @throws AssertionError of the earliest crash for which the recovery or the check failed
   */
  public void over(History history) {
    history.plans(cuts).parallelStream()
        .map(plan -> failureOf(history, plan))
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(failure -> {
          throw failure;
        });
  }

  private Optional<AssertionError> failureOf(History history, CrashPlan plan) {
    try {
      reproduce(history, plan);
      return Optional.empty();
    } catch (AssertionError e) {
      return Optional.of(e);
    }
  }

  /** Makes one crash happen, then perhaps more, each in the recovery from the one before. */
  public void reproduce(History history, CrashPlan first, CrashPlan... more) {
    List<History> histories = List.of(history);
    Crash crash = new Crash(List.of(first), history.notesBefore(first));
    for (CrashPlan next : more) {
      histories = append(histories, recover(histories, crash));
      crash = new Crash(append(crash.plans(), next), crash.notes());
    }
    History recovered = recover(histories, crash);
    if (more.length == 0 && recovered.steps() > 0) {
      crashRecovery(append(histories, recovered), crash);
    }
  }

  private void crashRecovery(List<History> histories, Crash crash) {
    int steps = histories.getLast().steps();
    SplittableRandom random = new SplittableRandom(crash.toString().hashCode());
    boolean cached = crash.plans().getFirst().powerCut().isEmpty();
    for (int i = 0; i < (cached ? 10 * samples : samples); i++) {
      int step = 1 + random.nextInt(steps);
      PowerCut cut = cuts.get(random.nextInt(cuts.size()));
      CrashPlan second =
          random.nextInt(4) == 0
              ? CrashPlan.kill(step)
              : CrashPlan.powerCut(step, cut.mode(), cut.seed());
      recover(histories, new Crash(append(crash.plans(), second), crash.notes()));
    }
  }

  /** Recovers from the last crash, checks, and returns the recording of the recovery. */
  private History recover(List<History> histories, Crash crash) {
    states.incrementAndGet();
    SimulatedDisk disk = histories.getLast().after(crash.plans().getLast());
    History recovering = disk.record();
    try {
      recovery.run(disk);
      check.check(disk, crash);
    } catch (Exception | AssertionError e) {
      throw new AssertionError(message(histories, crash, recovering, e), e);
    }
    return recovering;
  }

  private static String message(
      List<History> histories, Crash crash, History recovering, Throwable failure) {
    List<CrashPlan> plans = crash.plans();
    StringBuilder text = new StringBuilder();
    text.append(failure).append("\nafter the crash: sweep.reproduce(history, ");
    text.append(String.join(", ", plans.stream().map(CrashPlan::toString).toList()));
    text.append(")\nnoted before: ").append(crash.notes()).append('\n');
    for (int i = 0; i < plans.size(); i++) {
      text.append(i == 0 ? "the run:\n" : "its recovery:\n");
      text.append(histories.get(i).trace(plans.get(i)));
    }
    text.append("its recovery:\n");
    text.append(recovering.trace(CrashPlan.kill(recovering.steps() + 1)));
    return text.toString();
  }

  private static <T> List<T> append(List<T> list, T last) {
    List<T> all = new ArrayList<>(list);
    all.add(last);
    return List.copyOf(all);
  }
}
