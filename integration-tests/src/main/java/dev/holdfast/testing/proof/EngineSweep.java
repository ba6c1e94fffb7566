package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.History;
import dev.holdfast.testing.PowerCut;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Runs a scenario's transactions once on a simulated machine, recording every step; then, for any
 * crash, takes the disk as it was left, recovers with the engine and judges. The recovery is
 * recorded too, so that it can be crashed in turn.
 */
public final class EngineSweep {
  private static final String BEGUN = "begun ";
  private static final String ACKNOWLEDGED = "acknowledged ";

  private final Scenario scenario;
  private final Figures figures;
  private final Judge judge;
  private final History history;
  private final View recovering;

  private EngineSweep(
      Scenario scenario, Figures figures, Judge judge, History history, View recovering) {
    this.recovering = recovering;
    this.scenario = scenario;
    this.figures = figures;
    this.judge = judge;
    this.history = history;
  }

  /** Runs and records the scenario. */
  public static EngineSweep record(Scenario scenario, Figures figures) throws IOException {
    View running =
        scenario.service()
            ? disk -> new InterceptedDisk(disk, new Service(disk, scenario.roots()))
            : disk -> disk;
    return record(scenario, figures, running, disk -> disk);
  }

  /** The engine's view of a disk. */
  @FunctionalInterface
  interface View {
    /** Returns the view. */
    Disk of(SimulatedDisk disk);
  }

  /** Runs and records the scenario, with other views of the disk in the run and in recoveries. */
  static EngineSweep record(Scenario scenario, Figures figures, View running, View recovering)
      throws IOException {
    SimulatedDisk disk = scenario.prepared();
    Disk view = running.of(disk);
    List<Map<AbsolutePath, DirectoryTree>> states = new ArrayList<>();
    states.add(scenario.trees(disk));
    History history = disk.record();
    try (Holdfast holdfast = Sessions.open(view, disk, scenario.state())) {
      int number = 0;
      for (Scenario.Update update : scenario.updates()) {
        number++;
        disk.note(BEGUN + number);
        update.run(holdfast, view);
        disk.note(acknowledgement(number));
        Map<AbsolutePath, DirectoryTree> after = scenario.trees(disk);
        if (states.getLast().equals(after)) {
          throw new NoChangeException("update " + number + " of " + scenario + " is no change");
        }
        states.add(after);
      }
    }
    if (!disk.openHandles().isEmpty()) {
      throw new AssertionError(scenario + " left open: " + disk.openHandles());
    }
    figures.runs.increment();
    return new EngineSweep(scenario, figures, new Judge(scenario, states), history, recovering);
  }

  /** Returns the note that a transaction's commit returned. */
  static Object acknowledgement(int number) {
    return ACKNOWLEDGED + number;
  }

  /** Returns whether a note is one of those. */
  static boolean isAcknowledgement(Object note) {
    return note.toString().startsWith(ACKNOWLEDGED);
  }

  /** Returns the number of steps. */
  public int steps() {
    return history.steps();
  }

  /**
   * Returns every crash that can be at one step where no more than {@code most} changes are
   * pending: a kill, and a power cut for each subset of them; elsewhere as {@link #plans}.
   */
  public List<CrashPlan> everyPlan(int step, int most, long seed) {
    CrashPlan kill = CrashPlan.kill(step);
    int pending = history.pendingBefore(kill);
    if (pending > most) {
      return plans(step, seed, 1);
    }
    List<CrashPlan> plans = new ArrayList<>(List.of(kill));
    for (PowerCut cut : PowerCut.subsets(pending)) {
      plans.add(CrashPlan.powerCut(step, cut.mode(), cut.seed()));
    }
    return plans;
  }

  /** Returns all crashes worth trying at one step: a kill, and power cuts of all modes. */
  public List<CrashPlan> plans(int step, long seed, int seeds) {
    List<CrashPlan> plans = new ArrayList<>();
    plans.add(CrashPlan.kill(step));
    if (history.pendingBefore(CrashPlan.kill(step)) > 0) {
      for (PowerCut cut : PowerCut.variety(seed, seeds)) {
        plans.add(CrashPlan.powerCut(step, cut.mode(), cut.seed()));
      }
    } else {
      plans.add(CrashPlan.powerCut(step, PowerCut.Mode.NONE, 0));
    }
    return plans;
  }

  /**
   * Crashes once, and the recovery {@code deeper} times for each level.
   *
   * @param deeper how many crashes to try in the recovery, in the recovery from those, and so on
   */
  public void crash(CrashPlan plan, long seed, int... deeper) throws IOException {
    crash(Crashed.first(history, plan), seed, deeper);
  }

  /** Makes one chain of crashes happen, each in the recovery from the one before. */
  public void reproduce(List<CrashPlan> chain) throws IOException {
    Crashed crashed = Crashed.first(history, chain.getFirst());
    for (CrashPlan next : chain.subList(1, chain.size())) {
      crashed = recover(crashed).crashed(next);
    }
    recover(crashed);
  }

  private void crash(Crashed crashed, long seed, int... deeper) throws IOException {
    Recovered recovered = recover(crashed);
    if (deeper.length == 0 || recovered.steps() == 0) {
      return;
    }
    SplittableRandom random = new SplittableRandom(seed * 31 + crashed.chain().hashCode());
    int[] rest = Arrays.copyOfRange(deeper, 1, deeper.length);
    for (int i = 0; i < deeper[0]; i++) {
      int step = 1 + random.nextInt(recovered.steps() + 1);
      crash(recovered.crashed(planAt(step, random)), seed, rest);
    }
  }

  /**
   * A crash, perhaps of a recovery.
   *
   * @param during what was being done
   * @param chain all crashes so far
   * @param least how many transactions must be there afterwards
   * @param most how many may be there
   */
  private record Crashed(History during, List<CrashPlan> chain, int least, int most) {

    static Crashed first(History run, CrashPlan plan) {
      List<Object> notes = run.notesBefore(plan);
      return new Crashed(run, List.of(plan), count(notes, ACKNOWLEDGED), count(notes, BEGUN));
    }

    private static int count(List<Object> notes, String kind) {
      return (int) notes.stream().filter(note -> note.toString().startsWith(kind)).count();
    }

    SimulatedDisk disk() {
      return during.after(chain.getLast());
    }
  }

  /** A recovery that ended, and how many transactions it left. */
  private record Recovered(Crashed from, History history, int state) {

    int steps() {
      return history.steps();
    }

    /** Returns a crash of this recovery, or if it had ended, of a machine that was recovered. */
    Crashed crashed(CrashPlan plan) {
      List<CrashPlan> chain = new ArrayList<>(from.chain);
      chain.add(plan);
      return plan.step() > steps()
          ? new Crashed(history, chain, state, state)
          : new Crashed(history, chain, from.least, from.most);
    }
  }

  private static CrashPlan planAt(int step, SplittableRandom random) {
    List<PowerCut> cuts = PowerCut.variety(random.nextInt(1 << 20), 1);
    int choice = random.nextInt(cuts.size() + 2);
    if (choice >= cuts.size()) {
      return CrashPlan.kill(step);
    }
    return CrashPlan.powerCut(step, cuts.get(choice).mode(), cuts.get(choice).seed());
  }

  private Recovered recover(Crashed crashed) throws IOException {
    SimulatedDisk disk = crashed.disk();
    boolean mixture = judge.stateOf(disk) < 0;
    History recovery = disk.record();
    try {
      try (Holdfast holdfast = Sessions.open(recovering.of(disk), disk, scenario.state())) {
        judge.checkReport(holdfast.recover(List.of(), false));
      }
      SimulatedDisk after = recovery.after(CrashPlan.kill(recovery.steps() + 1));
      int state = judge.check(after, crashed.least(), crashed.most());
      count(crashed, mixture, state);
      return new Recovered(crashed, recovery, state);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError(
          """
          %s
          reproduce: ./verify --campaign simulation --scenario %s --crash %s
          %srecovery:
          %s\
          """
              .formatted(
                  e,
                  scenario.name(),
                  CrashText.of(crashed.chain()),
                  crashed.during().trace(crashed.chain().getLast()),
                  recovery.trace(CrashPlan.kill(recovery.steps() + 1))),
          e);
    }
  }

  private void count(Crashed crashed, boolean mixture, int state) {
    figures.states.increment();
    boolean cut = crashed.chain().getLast().powerCut().isPresent();
    (cut ? figures.powerCuts : figures.kills).increment();
    if (crashed.chain().size() > 1) {
      figures.inRecovery.increment();
    }
    if (mixture) {
      figures.inWindow.increment();
    }
    (state > crashed.least() ? figures.forward : figures.back).increment();
  }
}
