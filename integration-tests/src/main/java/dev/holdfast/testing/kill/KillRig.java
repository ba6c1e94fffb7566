package dev.holdfast.testing.kill;

import dev.holdfast.cli.LivingProgram.Answer;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.testing.kill.KillFigures.Count;
import dev.holdfast.testing.kill.KillJudge.Expected;
import dev.holdfast.testing.kill.RealProgram.Ended;
import dev.holdfast.testing.kill.Stage.Saved;
import dev.holdfast.testing.kill.SystemCall.Failing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * One scenario on a stage of its own. Each time everything is put back to the moment before the
 * command; the real program runs it and is killed, or let fail, at one of its system calls; then
 * recovery; then the trees must be exactly the old or exactly the new ones, the journal agree, no
 * litter be left, and the engine go on.
 *
 * <p>Not safe for several threads; several rigs may work at once.
 */
final class KillRig implements AutoCloseable {
  private static final int PENDING = 4;
  private static final List<String> RECOVER = List.of("recover");

  private final KillScenario scenario;
  private final Path folder;
  private final RealProgram program;
  private final KillFigures figures;
  private final Stage stage;
  private final Scene scene;
  private final List<AbsolutePath> roots;
  private final Saved start;
  private final KillJudge judge;
  private final List<SystemCall> calls;
  private final int commitPoint;
  private UnaryOperator<Disk> recoveryDisk = disk -> disk;

  private KillRig(
      KillScenario scenario,
      Path folder,
      RealProgram program,
      RealProgram sound,
      KillFigures figures,
      Stage stage)
      throws IOException {
    this.scenario = scenario;
    this.folder = folder;
    this.program = program;
    this.figures = figures;
    this.stage = stage;
    this.scene = new Scene(stage);
    this.roots = scenario.roots(scene);
    scenario.preparation().make(scene);
    this.start = stage.save();
    Observation before = Observation.of(scene, roots);
    Ended ended = program.traced(folder, List.of("-e", "trace=" + SystemCall.traced()), command());
    requireSuccess(ended);
    if (program != sound) {
      stage.restore(start);
      requireSuccess(sound.run(folder, command()));
    }
    this.judge = new KillJudge(roots, before, Observation.of(scene, roots));
    this.calls = SystemCall.in(ended.trace());
    this.commitPoint = commitPoint(calls);
  }

  /**
   * Makes a rig.
   *
   * @param folder its own; {@code type} file systems are made and mounted in it
   */
  static KillRig make(
      KillScenario scenario, Path folder, String type, RealProgram program, KillFigures figures)
      throws IOException {
    return make(scenario, folder, type, program, program, figures);
  }

  /** Makes a rig for a program that may have a mistake, and the sound one that it is held to. */
  static KillRig make(
      KillScenario scenario,
      Path folder,
      String type,
      RealProgram program,
      RealProgram sound,
      KillFigures figures)
      throws IOException {
    Stage stage = Stage.make(folder, type, scenario.disks());
    try {
      return new KillRig(scenario, folder, program, sound, figures, stage);
    } catch (IOException | RuntimeException | Error e) {
      stage.close();
      throw e;
    }
  }

  /** Returns what is missing here to run any rig; empty if nothing is. */
  static Optional<String> missing() {
    if (!Shell.succeeds("sh", "-c", "test \"$(id -u)\" = 0")) {
      return Optional.of("mounts file systems: needs root");
    }
    if (!Shell.succeeds("strace", "-V")) {
      return Optional.of("strace is not installed");
    }
    return Shell.succeeds("losetup", "--find") ? Optional.empty() : Optional.of("no loop devices");
  }

  /** Makes what recovers in this process work on another disk: with a mistake in it. */
  void recoverThrough(UnaryOperator<Disk> disk) {
    recoveryDisk = disk;
  }

  private static void requireSuccess(Ended ended) throws IOException {
    if (ended.exit() != 0) {
      throw new IOException("the program failed: " + ended.said());
    }
  }

  private List<String> command() {
    return scene.commandLine(scenario.command());
  }

  private List<String> recovery() {
    return scene.commandLine(RECOVER);
  }

  /**
   * Returns the number of the last {@code ready -> go}, or the number of calls if there is none.
   */
  private static int commitPoint(List<SystemCall> calls) {
    int found = calls.size();
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).text().contains("\"ready\"") && calls.get(i).text().contains("\"go\"")) {
        found = i;
      }
    }
    return found;
  }

  /** Returns the calls of the command. */
  List<SystemCall> calls() {
    return calls;
  }

  /** Returns the number of the first call after the commit point. */
  int firstChange() {
    return commitPoint + 1;
  }

  private Expected expected(int call) {
    if (call > commitPoint) {
      return Expected.NEW;
    }
    return scenario.strict() ? Expected.EITHER : Expected.OLD;
  }

  // ---- kills -----------------------------------------------------------------------------------

  /**
   * Kills the command at a call, recovers and checks.
   *
   * @param inProcess whether to recover in this process, which is faster
   */
  void kill(int call, boolean inProcess) throws IOException {
    Attempt attempt = new Attempt("kill --at " + call);
    stage.restore(start);
    Expected expected = attempt.killCommand(call);
    attempt.recover(inProcess);
    attempt.check(expected);
  }

  /** Chooses among the calls of a recovery. */
  @FunctionalInterface
  interface Choice {
    /** Returns the numbers of those that are to be tried, of {@code calls}. */
    List<Integer> of(int calls);
  }

  /** Kills the command at a call, and then the recovery at each of the chosen ones of its calls. */
  void killWithRecovery(int call, Choice choice) throws IOException {
    Attempt first = new Attempt("kill --at " + call);
    stage.restore(start);
    Expected expected = first.killCommand(call);
    Saved killed = stage.save();
    try {
      List<SystemCall> recovery = first.recoverTraced();
      first.check(expected);
      for (int second : choice.of(recovery.size())) {
        Attempt attempt = new Attempt("kill --at " + call + "," + second);
        attempt.say("the command was killed at", calls.get(call));
        stage.restore(killed);
        attempt.killRecovery(recovery.get(second));
        attempt.recover(true);
        attempt.check(expected);
      }
    } finally {
      Stage.drop(killed);
    }
  }

  // ---- failures --------------------------------------------------------------------------------

  /** Lets a call of the command fail, and checks what the program said and did. */
  void fail(int call, String error, Failing failing) throws IOException {
    SystemCall at = calls.get(call);
    Attempt attempt = new Attempt("kill-faults --at " + call + ":" + error + ":" + failing);
    stage.restore(start);
    Ended ended = program.traced(folder, at.fail(error, failing), command());
    attempt.say("the command had " + error + " at", at);
    attempt.say(ended.said());
    figures.add(Count.FAULTS);
    attempt.checkFailure(ended, error, at.call().startsWith("write"));
  }

  /** Kills the command at a call, and lets calls of the recovery fail. */
  void failRecovery(int call, Choice choice, String error, Failing failing) throws IOException {
    Attempt first = new Attempt("kill --at " + call);
    stage.restore(start);
    Expected expected = first.killCommand(call);
    Saved killed = stage.save();
    try {
      List<SystemCall> recovery = first.recoverTraced();
      first.check(expected);
      for (int second : choice.of(recovery.size())) {
        SystemCall at = recovery.get(second);
        if (!at.mayFail(failing)) {
          continue;
        }
        Attempt attempt =
            new Attempt("kill-faults --at %d,%d:%s:%s".formatted(call, second, error, failing));
        attempt.say("the command was killed at", calls.get(call));
        stage.restore(killed);
        Ended ended = program.traced(folder, at.fail(error, failing), recovery());
        attempt.say("recovery had " + error + " at", at);
        attempt.say(ended.said());
        figures.add(Count.RECOVERY_FAULTS);
        attempt.checkFailedRecovery(ended, error, expected, at.call().startsWith("write"));
      }
    } finally {
      Stage.drop(killed);
    }
  }

  @Override
  public void close() throws IOException {
    stage.close();
  }

  /** One run that was killed or let fail, and what came of it. */
  private final class Attempt {
    private final String name;
    private final StringBuilder story = new StringBuilder();

    Attempt(String name) {
      this.name = name;
    }

    void say(String what) {
      story.append(what).append('\n');
    }

    void say(String what, SystemCall call) {
      say(what + " " + call);
    }

    AssertionError violation(String what) {
      return new AssertionError(
          "%s\nreproduce: ./verify --campaign %s --scenario %s\n%s"
              .formatted(what, name, scenario, story));
    }

    /** Kills the command, and returns what recovery must make of it. */
    Expected killCommand(int call) throws IOException {
      SystemCall at = calls.get(call);
      Ended ended = program.traced(folder, at.kill(), command());
      say("the command was killed at", at);
      say(ended.said());
      if (!ended.wasKilled()) {
        throw violation("it was to be killed");
      }
      figures.add(Count.KILLS);
      if (judge.isMixture(Observation.trees(scene, roots))) {
        figures.add(Count.IN_WINDOW);
      }
      if (ended.out().contains("applied as transaction")) {
        return Expected.NEW; // it was acknowledged
      }
      if (!at.isLastOf(ended.trace())) {
        figures.add(Count.ELSEWHERE);
        return Expected.EITHER;
      }
      return expected(call);
    }

    void killRecovery(SystemCall at) throws IOException {
      Ended ended = program.traced(folder, at.kill(), recovery());
      say("recovery was killed at", at);
      say(ended.said());
      if (ended.wasKilled()) {
        figures.add(Count.RECOVERY_KILLS);
      }
    }

    List<SystemCall> recoverTraced() throws IOException {
      Ended ended =
          program.traced(folder, List.of("-e", "trace=" + SystemCall.traced()), recovery());
      say("recovery: " + ended.said());
      if (ended.exit() != 0) {
        throw violation("recovery failed");
      }
      return SystemCall.in(ended.trace());
    }

    void recover(boolean inProcess) throws IOException {
      if (!inProcess) {
        recoverTraced();
        return;
      }
      Answer answer = scene.through(recoveryDisk.apply(scene.disk())).run("recover");
      say("recovery: " + answer);
      if (answer.exit() != 0) {
        throw violation("recovery failed");
      }
    }

    /** Judges, and lets the engine go on: back if it went forward, forward if it did not. */
    void check(Expected expected) throws IOException {
      boolean isNew;
      try {
        isNew = judge.check(Observation.of(scene, roots), expected);
      } catch (AssertionError e) {
        throw violation(String.valueOf(e.getMessage()));
      }
      figures.add(isNew ? Count.NEW : Count.OLD);
      Answer check = scene.run("recover", "--check");
      if (check.exit() != 0) {
        throw violation("something is still pending: " + check);
      }
      Answer next =
          isNew ? scene.run("undo", "last") : scene.run(scenario.command().toArray(String[]::new));
      if (next.exit() != 0) {
        throw violation("the next update failed: " + next);
      }
      Observation later = Observation.of(scene, roots);
      Map<AbsolutePath, DirectoryTree> trees = later.trees();
      String difference =
          isNew
              ? Observation.difference(trees, judge.old(), Map.of())
              : judge.differenceToNew(trees);
      if (!difference.isEmpty()) {
        throw violation(
            (isNew ? "it could not be taken back exactly" : "the next update came out otherwise")
                + ":\n"
                + difference);
      }
      try {
        judge.checkCleared(later);
      } catch (AssertionError e) {
        throw violation(String.valueOf(e.getMessage()));
      }
    }

    // ---- after a failure -----------------------------------------------------------------------

    void checkFailure(Ended ended, String error, boolean mute) throws IOException {
      figures.addStatus(ended.exit());
      checkMessage(ended, error, mute);
      Map<AbsolutePath, DirectoryTree> trees = Observation.trees(scene, roots);
      Expected expected =
          switch (ended.exit()) {
            case 0 -> {
              requireNone(judge.differenceToNew(trees));
              yield Expected.NEW;
            }
            case 1, 3, 5 -> {
              requireNone(judge.differenceToOld(trees));
              yield Expected.OLD;
            }
            case PENDING -> Expected.EITHER;
            default -> throw violation("exit status " + ended.exit());
          };
      Answer pending = scene.run("recover", "--check");
      if (ended.exit() != PENDING && pending.exit() != 0 && !lacksOnlyItsRecord(pending)) {
        throw violation("something is pending, and the exit status did not say so: " + pending);
      }
      getOut();
      check(expected);
    }

    /** The token decides; the record follows when it can. */
    private boolean lacksOnlyItsRecord(Answer pending) {
      return pending.out().contains("only its record was not");
    }

    void checkFailedRecovery(Ended ended, String error, Expected expected, boolean mute)
        throws IOException {
      figures.addStatus(ended.exit());
      checkMessage(ended, error, mute);
      Answer pending = scene.run("recover", "--check");
      switch (ended.exit()) {
        case 0 -> {
          if (pending.exit() != 0 && !lacksOnlyItsRecord(pending)) {
            throw violation("something is pending, and the exit status did not say so: " + pending);
          }
        }
        case 1, 3 -> {
          if (judge.isMixture(Observation.trees(scene, roots))) {
            throw violation("the exit status says that nothing is half done");
          }
        }
        case PENDING, 5 -> {}
        default -> throw violation("exit status " + ended.exit());
      }
      getOut();
      check(expected);
    }

    private void requireNone(String difference) {
      if (!difference.isEmpty()) {
        throw violation("it said otherwise:\n" + difference);
      }
    }

    /** One line, which says what is the matter, and where. */
    private void checkMessage(Ended ended, String error, boolean mute) {
      String said = ended.err();
      if (said.contains("\tat ") || said.contains("a fault in the program")) {
        throw violation("a stack trace, or a fault in the program");
      }
      if (ended.exit() == 0 || mute) {
        return;
      }
      String words = ended.err() + ended.out();
      if (said.lines().count() > 1) {
        throw violation("more than one line");
      }
      if (!words.contains("/") || !words.contains(error)) {
        throw violation("the message does not say where, or what was the matter");
      }
    }

    /** Recovers now that nothing fails any more; where it refuses, resolves. */
    private void getOut() throws IOException {
      Answer answer = scene.run("recover");
      say("recovery: " + answer);
      if (answer.exit() == PENDING) {
        boolean isNew = judge.differenceToNew(Observation.trees(scene, roots)).isEmpty();
        long pending = pending();
        Answer resolved =
            scene.run("resolve", Long.toString(pending), isNew ? "--forward" : "--back", "--force");
        say("resolve: " + resolved);
        figures.add(Count.RESOLVED);
        if (resolved.exit() != 0) {
          throw violation("there is no way out");
        }
      } else if (answer.exit() != 0) {
        throw violation("recovery failed");
      }
    }

    private long pending() throws IOException {
      return Observation.of(scene, roots).states().entrySet().stream()
          .filter(entry -> !KillJudge.isFinal(entry.getValue()))
          .mapToLong(Map.Entry::getKey)
          .findFirst()
          .orElseThrow(() -> violation("recovery refused, but nothing is pending"));
    }
  }
}
