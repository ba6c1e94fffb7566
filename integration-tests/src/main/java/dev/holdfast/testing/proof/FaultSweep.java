package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.FaultPlan;
import dev.holdfast.testing.History;
import dev.holdfast.testing.PowerCut;
import dev.holdfast.testing.PowerCut.Mode;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs a scenario again and again with one call failing each time. What the caller was told must be
 * so at once, after a recovery in the same boot, and after a power cut at any of these moments: an
 * error means that nothing changed, success that everything did, and only what was said to be in
 * doubt may be either.
 */
public final class FaultSweep {
  private static final List<PowerCut> CUTS =
      List.of(
          new PowerCut(Mode.NONE, 0),
          new PowerCut(Mode.ALL, 0),
          new PowerCut(Mode.RANDOM, 3),
          new PowerCut(Mode.TORN, 5),
          new PowerCut(Mode.SUFFIX, 7));

  /**
   * An error that nobody has seen is reported to the next barrier too, and again by the journal.
   */
  private static final int RETRIES = 4;

  private final Scenario scenario;
  private final Figures figures;
  private final SimulatedDisk prepared;
  private final List<Map<AbsolutePath, DirectoryTree>> states = new ArrayList<>();
  private final List<Call> steps;
  private final History recorded;

  private FaultSweep(Scenario scenario, Figures figures) throws IOException {
    this.scenario = scenario;
    this.figures = figures;
    this.prepared = scenario.prepared();
    SimulatedDisk disk = prepared.fork();
    states.add(scenario.trees(disk));
    this.recorded = disk.record();
    try (Holdfast holdfast = Sessions.open(disk, scenario.state())) {
      for (Scenario.Update update : scenario.updates()) {
        update.run(holdfast, disk);
        disk.note(EngineSweep.acknowledgement(states.size()));
        states.add(scenario.trees(disk));
      }
    }
    this.steps = disk.trace();
    figures.runs.increment();
  }

  /** Runs the scenario without a failure first. */
  public static FaultSweep of(Scenario scenario, Figures figures) throws IOException {
    return new FaultSweep(scenario, figures);
  }

  /** Returns all failures worth trying. */
  List<PlannedFault> faults() {
    List<PlannedFault> faults = new ArrayList<>();
    for (int i = 1; i <= steps.size(); i++) {
      faults.addAll(PlannedFault.atStep(i, steps.get(i - 1)));
    }
    return faults;
  }

  /** Returns the number of steps of the run. */
  int steps() {
    return steps.size();
  }

  /** Crashes the run, and lets some calls of the recovery fail, one at a time. */
  void failRecovery(CrashPlan crash, RandomGenerator random, int times) throws IOException {
    SimulatedDisk disk = recorded.after(crash);
    History recovery = disk.record();
    recover(disk, judge(false), false);
    for (int i = 0; i < times && recovery.steps() > 0; i++) {
      int step = 1 + random.nextInt(recovery.steps());
      List<PlannedFault> faults = PlannedFault.atStep(step, recovery.call(step));
      failRecovery(crash, faults.get(random.nextInt(faults.size())));
    }
  }

  /** What a run with a failure ended in. */
  private record Outcome(int done, @Nullable IOException failure) {
    boolean inDoubt() {
      return failure instanceof InDoubtException;
    }
  }

  /** Makes one failure happen and checks what comes of it. */
  void fail(PlannedFault fault) {
    figures.faults.increment();
    Trial trial = new Trial(prepared.fork(), "--fault " + fault, fault.isFatal());
    trial.check(() -> {
      trial.disk.plan(fault.plan());
      Outcome outcome = run(trial.disk, 0);
      trial.told = outcome.toString();
      if (outcome.inDoubt()) {
        figures.inDoubt.increment();
      }
      boolean absorbed = outcome.failure() == null;
      int most = outcome.inDoubt() ? outcome.done() + 1 : outcome.done();
      checkAfter(trial, judge(absorbed), outcome.inDoubt(), outcome.done(), most);
    });
  }

  /** Makes one failure happen, tries what failed once more, and goes on to the end. */
  void failAndGoOn(PlannedFault fault) {
    if (fault.isFatal() || fault.kind() != PlannedFault.Kind.STEP) {
      return; // Nobody can go on.
    }
    figures.faults.increment();
    Trial trial = new Trial(prepared.fork(), "--fault " + fault + " --then go-on", false);
    trial.check(() -> {
      trial.disk.plan(fault.plan());
      Outcome outcome = run(trial.disk, RETRIES);
      trial.told = outcome.toString();
      if (outcome.inDoubt()) {
        return; // Then nobody goes on; fail() has looked at it.
      }
      if (outcome.failure() != null) {
        throw new AssertionError("it could not go on", outcome.failure());
      }
      checkAfter(trial, judge(true), false, states.size() - 1, states.size() - 1);
    });
  }

  /** Crashes the run, and makes one call of the recovery fail. */
  void failRecovery(CrashPlan crash, PlannedFault fault) {
    figures.faults.increment();
    List<Object> notes = recorded.notesBefore(crash);
    int least = (int) notes.stream().filter(EngineSweep::isAcknowledgement).count();
    int most = Math.min(states.size() - 1, least + 1);
    String text = "--crash " + CrashText.of(List.of(crash)) + " --fault " + fault;
    Trial trial = new Trial(recorded.after(crash), text, fault.isFatal());
    trial.check(() -> {
      trial.disk.plan(fault.plan());
      boolean resolved = false;
      try {
        resolved = recover(trial.disk, judge(false), true);
        trial.told = resolved ? "recovered" : "unresolved";
      } catch (IOException e) {
        trial.told = e.toString();
      }
      if (resolved) {
        int state = judge(false).checkTrees(trial.disk, least, most);
        checkAfter(trial, judge(false), false, state, state);
      } else {
        figures.inDoubt.increment();
        checkAfter(trial, judge(false), true, least, most);
      }
    });
  }

  private Judge judge(boolean loose) {
    return new Judge(scenario, states, loose, true);
  }

  /** Checks a disk after a failure: at once, after a recovery, and after power cuts. */
  private void checkAfter(Trial trial, Judge judge, boolean inDoubt, int least, int most)
      throws IOException {
    SimulatedDisk disk = trial.disk;
    if (!disk.openHandles().isEmpty()) {
      throw new AssertionError("left open: " + disk.openHandles());
    }
    trial.phase = "at once";
    if (!inDoubt) {
      judge.checkTrees(disk, least, most);
    }
    trial.phase = "after recovery in the same boot";
    SimulatedDisk next = disk.fork();
    trial.looked = next;
    if (trial.fatal) {
      next.plan(FaultPlan.fromStep(1, DiskError.READ_ONLY));
    }
    boolean resolved = recoverInSameBoot(next, judge, inDoubt, trial.fatal);
    int state = resolved ? judge.check(next.fork(), least, most) : -1;
    for (PowerCut cut : CUTS) {
      trial.phase = "after recovery in the same boot, " + cut + " and another recovery";
      trial.looked = next.fork().powerCut(cut);
      recover(trial.looked, judge, false);
      judge.check(trial.looked.fork(), resolved ? state : least, resolved ? state : most);
      figures.states.increment();
    }
    for (PowerCut cut : CUTS) {
      trial.phase = "after " + cut + " and recovery";
      trial.looked = disk.fork().powerCut(cut);
      recover(trial.looked, judge, false);
      judge.check(trial.looked.fork(), least, most);
      figures.states.increment();
    }
  }

  private boolean recoverInSameBoot(SimulatedDisk disk, Judge judge, boolean inDoubt, boolean fatal)
      throws IOException {
    try {
      return recover(disk, judge, inDoubt || fatal) && !fatal;
    } catch (IOException e) {
      if (fatal) {
        return false;
      }
      throw e;
    }
  }

  /** One disk with a failure, and how far its checking came. */
  private final class Trial {
    final SimulatedDisk disk;
    private final String text;
    private final History history;
    private final boolean fatal;
    SimulatedDisk looked;
    String phase = "while running";
    String told = "nothing yet";

    Trial(SimulatedDisk disk, String text, boolean fatal) {
      this.fatal = fatal;
      this.disk = disk;
      this.text = text;
      this.history = disk.record();
      this.looked = disk;
    }

    private interface Check {
      void run() throws IOException;
    }

    void check(Check check) {
      try {
        check.run();
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError(
            """
            %s
            reproduce: ./verify --campaign faults --scenario %s %s
            %s; the caller was told: %s
            %slast steps:
            %s\
            """
                .formatted(
                    e,
                    scenario.name(),
                    text,
                    phase,
                    told,
                    history.trace(CrashPlan.kill(history.steps() + 1)),
                    looked == disk ? "" : looked.trace()),
            e);
      }
    }
  }

  private Outcome run(SimulatedDisk disk, int retries) {
    int done = 0;
    int left = retries;
    while (true) {
      try (Holdfast holdfast = Sessions.open(disk, scenario.state())) {
        while (done < scenario.updates().size()) {
          try {
            scenario.updates().get(done).run(holdfast, disk);
            done++;
          } catch (IOException e) {
            if (left-- == 0 || e instanceof InDoubtException) {
              return new Outcome(done, e);
            }
          }
        }
        return new Outcome(done, null);
      } catch (IOException e) {
        if (left-- == 0) {
          return new Outcome(done, e);
        }
      }
    }
  }

  /** Recovers; returns whether nothing is pending any more. */
  private boolean recover(SimulatedDisk disk, Judge judge, boolean mayFail) throws IOException {
    try (Holdfast holdfast = Sessions.open(disk, scenario.state())) {
      RecoveryReport report = holdfast.recover(List.of(), false);
      if (mayFail && report.isUnresolved()) {
        return false;
      }
      judge.checkReport(report);
      return true;
    }
  }
}
