package dev.holdfast.selftest.power;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.selftest.JournalChecks;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.disk.RebootedDisk;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.TreeStates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * Transactions of Holdfast. After a power cut each root is exactly as before or exactly as after
 * one of them, all roots after the same one; what had been acknowledged is there; the journal says
 * the same; there is no litter, and nothing left to recover.
 *
 * <p>Each recovery thinks that the machine has been booted again, as after a real power cut.
 */
public final class HoldfastWorkload implements Workload {
  private final PowerScenario scenario;
  private final UnaryOperator<Disk> running;
  private final UnaryOperator<Disk> recovering;
  private final boolean neighbour;
  private final List<Map<AbsolutePath, DirectoryTree>> states = new ArrayList<>();

  public HoldfastWorkload(PowerScenario scenario) {
    this(scenario, disk -> disk, disk -> disk);
  }

  /** With other views of the disk while transactions run, and while recovering. */
  public HoldfastWorkload(
      PowerScenario scenario, UnaryOperator<Disk> running, UnaryOperator<Disk> recovering) {
    this(scenario, running, recovering, true);
  }

  private HoldfastWorkload(
      PowerScenario scenario,
      UnaryOperator<Disk> running,
      UnaryOperator<Disk> recovering,
      boolean neighbour) {
    this.scenario = scenario;
    this.running = running;
    this.recovering = recovering;
    this.neighbour = neighbour;
  }

  /** Returns the same without a neighbour. */
  public HoldfastWorkload alone() {
    return new HoldfastWorkload(scenario, running, recovering, false);
  }

  @Override
  public boolean hasNeighbour() {
    return neighbour;
  }

  @Override
  public String title() {
    return scenario.name();
  }

  @Override
  public int devices() {
    return scenario.devices();
  }

  @Override
  public void prepare(Rig rig) throws IOException {
    Disk disk = LinuxDisk.create();
    PowerScenario.Layout layout = new PowerScenario.Layout(rig);
    scenario.preparation().make(disk, layout);
    if (scenario.isRegistered()) {
      try (Holdfast holdfast = Holdfast.openWithoutRecovery(disk, layout.state())) {
        for (AbsolutePath root : scenario.roots(layout)) {
          holdfast.root(root);
        }
      }
    }
  }

  @Override
  public void run(Rig rig) throws IOException {
    PowerScenario.Layout layout = new PowerScenario.Layout(rig);
    Disk disk =
        new InterceptedDisk(LinuxDisk.create(), new StepMarks(rig, layout.state().toString()));
    states.clear();
    states.add(trees(layout));
    int number = 0;
    try (PowerScenario.Session session = new PowerScenario.Session(running.apply(disk), layout)) {
      for (PowerScenario.Update update : scenario.updates()) {
        number++;
        rig.mark(Promise.begun(number));
        update.run(session);
        rig.mark(Promise.acknowledged(number));
        Map<AbsolutePath, DirectoryTree> after = trees(layout);
        if (states.getLast().equals(after)) {
          throw new IllegalStateException("update " + number + " of " + scenario + " is no change");
        }
        states.add(after);
      }
    }
  }

  private Map<AbsolutePath, DirectoryTree> trees(PowerScenario.Layout layout) throws DiskException {
    Disk disk = LinuxDisk.create();
    Map<AbsolutePath, DirectoryTree> trees = new TreeMap<>();
    for (AbsolutePath root : scenario.roots(layout)) {
      try (var parent = disk.openDirectory(root.parent())) {
        if (parent.stat(root.name()).isPresent()) {
          trees.put(
              root, DirectoryTree.of(disk, root, DirectoryTree.Option.SKIP_CONTROL_DIRECTORIES));
        }
      }
    }
    return trees;
  }

  @Override
  public boolean recover(Rig rig) throws IOException {
    recover(new PowerScenario.Layout(rig));
    return true;
  }

  private void recover(PowerScenario.Layout layout) throws IOException {
    Disk disk =
        recovering.apply(new RebootedDisk(LinuxDisk.create(), UUID.randomUUID().toString()));
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(Environment.of(disk), layout.state())) {
      JournalChecks.checkReport(holdfast.recover(List.of(), false));
    }
  }

  private static void recoverByProgram(Rig rig, PowerScenario.Layout layout) throws IOException {
    Path boot = rig.folder().resolve("boot_id");
    Files.writeString(boot, UUID.randomUUID() + "\n");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "--mount", "sh", "-c"));
    command.add("mount --bind \"$0\" /proc/sys/kernel/random/boot_id && exec \"$@\"");
    command.add(boot.toString());
    command.addAll(PowerScenario.program(layout, "recover"));
    Shell.Result result = Shell.run(command);
    if (!result.succeeded()) {
      throw new AssertionError("recover: exit " + result.exit() + ": " + result.output());
    }
  }

  @Override
  public Outcome examine(Rig rig, Promise promise, boolean byProgram) throws IOException {
    PowerScenario.Layout layout = new PowerScenario.Layout(rig);
    TreeStates known = new TreeStates(scenario.roots(layout), states);
    boolean mixture = known.stateOf(trees(layout)) < 0;
    if (byProgram && isJournalThere(layout)) {
      recoverByProgram(rig, layout);
    } else {
      recover(layout);
    }
    int state = known.check(trees(layout), promise.least(), promise.most());
    checkJournal(layout, state);
    return new Outcome(mixture, state);
  }

  private static boolean isJournalThere(PowerScenario.Layout layout) throws DiskException {
    return Holdfast.isThere(LinuxDisk.create(), layout.state());
  }

  private static void checkJournal(PowerScenario.Layout layout, int state) throws IOException {
    List<Call> steps = new ArrayList<>();
    Disk disk =
        new InterceptedDisk(
            LinuxDisk.create(),
            call -> {
              if (call.verb().isStep()) {
                steps.add(call);
              }
            });
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(disk, layout.state())) {
      Set<String> applied = JournalChecks.checkLog(holdfast, state);
      JournalChecks.checkFiles(disk, layout.state(), applied, Set.of());
      steps.clear();
      RecoveryReport again = holdfast.recover(List.of(), false);
      if (!again.isClean()) {
        throw new AssertionError("another recovery found " + again.findings());
      }
      if (!steps.isEmpty()) {
        throw new AssertionError("another recovery did something: " + steps);
      }
    }
  }
}
