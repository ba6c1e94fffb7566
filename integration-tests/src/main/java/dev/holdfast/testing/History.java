package dev.holdfast.testing;

import dev.holdfast.selftest.disk.Call;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of a machine, step by step: what was done, and a snapshot after each. From it the disk
 * can be had as any crash at any step would have left it, without running anything again.
 *
 * <p>Record a run, then for each step ask for {@linkplain #after crash states}. Steps are counted
 * from 1; step 0 is the state at the start of the recording.
 */
public final class History {
  private record Step(Call call, String failure, MachineState after) {}

  private record Note(int step, Object text) {}

  private final Machine machine;
  private final MachineState start;
  private final List<Step> steps = new ArrayList<>();
  private final List<Note> notes = new ArrayList<>();

  History(Machine machine) {
    this.machine = machine;
    this.start = machine.state();
  }

  void add(Call call, String failure, MachineState after) {
    steps.add(new Step(call, failure, after));
  }

  void note(Object what) {
    notes.add(new Note(steps.size(), what));
  }

  /** Returns the number of steps. */
  public int steps() {
    return steps.size();
  }

  /** Returns what a step was. */
  public Call call(int step) {
    return steps.get(step - 1).call;
  }

  /** Returns all that was noted before the effect of the step at which {@code plan} strikes. */
  public List<Object> notesBefore(CrashPlan plan) {
    int last = lastStep(plan);
    return notes.stream().filter(note -> note.step <= last).map(Note::text).toList();
  }

  /** Returns the disk as {@code plan} leaves it: killed, or killed and without power. */
  public SimulatedDisk after(CrashPlan plan) {
    MachineState state = stateAfter(lastStep(plan)).withoutProcesses();
    return new SimulatedDisk(machine.in(plan.powerCut().map(state::afterPowerCut).orElse(state)));
  }

  /**
   * Returns every kill, and every one of {@code cuts} at every step: before each, and after the
   * last. Where nothing is pending all cuts are the same, and only one is taken.
   */
  public List<CrashPlan> plans(List<PowerCut> cuts) {
    List<CrashPlan> plans = new ArrayList<>();
    for (int step = 1; step <= steps.size() + 1; step++) {
      CrashPlan kill = CrashPlan.kill(step);
      plans.add(kill);
      for (PowerCut cut : pendingBefore(kill) == 0 ? PowerCut.certain().subList(0, 1) : cuts) {
        plans.add(CrashPlan.powerCut(step, cut.mode(), cut.seed()));
      }
    }
    return List.copyOf(plans);
  }

  private static int lastStep(CrashPlan plan) {
    return plan.done() ? plan.step() : Math.max(0, plan.step() - 1);
  }

  private MachineState stateAfter(int step) {
    return step == 0 ? start : steps.get(step - 1).after;
  }

  /** Returns how many changes no barrier had covered when {@code plan} strikes. */
  public int pendingBefore(CrashPlan plan) {
    return stateAfter(lastStep(plan)).volumes().stream().mapToInt(Volume::pendingCount).sum();
  }

  /** Returns the steps as lines, up to the one at which {@code plan} strikes, and a few after. */
  public String trace(CrashPlan plan) {
    int last = lastStep(plan);
    StringBuilder text = new StringBuilder();
    for (int step = 1; step <= steps.size() && step <= last + 3; step++) {
      if (step == last + 1) {
        text.append("  ---- ").append(plan).append('\n');
      }
      appendStep(text, step);
    }
    return text.toString();
  }

  private void appendStep(StringBuilder text, int step) {
    Step at = steps.get(step - 1);
    text.append("%6d  %s".formatted(step, at.call));
    text.append(at.failure.isEmpty() ? "" : "  -> " + at.failure).append('\n');
    for (Note note : notes) {
      if (note.step == step) {
        text.append("        * ").append(note.text).append('\n');
      }
    }
  }
}
