package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.EntryName;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.tree.DirectoryTree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One crash: the trees before, the kill, what it left, the recovery, and what must be true then. An
 * {@link AssertionError} says what is not.
 */
final class Examination {
  private static final List<String> RECOVER = List.of("recover");
  private static final List<String> UNDO = List.of("undo", "last");

  private final Scene scene;
  private final Reference reference;
  private final Crash crash;
  private final Consumer<Child> started;
  private final List<AbsolutePath> roots;
  private String killedAt = "";

  /**
   * Creates it.
   *
   * @param started is told of each process, to be able to end it
   */
  Examination(Scene scene, Reference reference, Crash crash, Consumer<Child> started) {
    this.scene = scene;
    this.reference = reference;
    this.crash = crash;
    this.started = started;
    this.roots = reference.update().roots(scene);
  }

  /**
   * What came of a crash.
   *
   * @param isKilled whether the process came to the step
   * @param isMixture whether it left neither the old nor the new trees
   * @param isNew whether the new trees are there after recovery
   * @param recoveryKilled whether the recovery was killed, too
   */
  record Outcome(boolean isKilled, boolean isMixture, boolean isNew, boolean recoveryKilled) {}

  /** Returns the call at which the process was killed, in words. */
  String killedAt() {
    return killedAt;
  }

  /** Does it all. */
  Outcome run() throws IOException {
    Update update = reference.update();
    update.prepare(scene);
    Map<EntryName, DirectoryTree> before = scene.trees(roots);
    Child.End end = child(crash.stop(), update.words());
    killedAt = end.isKilled() ? end.at() : "its end";
    if (!end.isKilled() && end.exit() != 0) {
      throw new AssertionError("it ended with status " + end.exit() + ": " + end.at().strip());
    }
    boolean isNew = end.isDecided();
    Map<EntryName, DirectoryTree> left = scene.trees(roots);
    boolean isMixture = !left.equals(before) && !isAfter(left, before);
    boolean recoveryKilled = recover();
    check(before, isNew, "after recovery");
    checkJournal(update.past() + (isNew ? 1 : 0));
    goOn(before, isNew);
    return new Outcome(end.isKilled(), isMixture, isNew, recoveryKilled);
  }

  private boolean isAfter(
      Map<EntryName, DirectoryTree> trees, Map<EntryName, DirectoryTree> before) {
    return Reference.numbered(trees, before).equals(reference.after());
  }

  private Child.End child(String stop, List<String> words) throws IOException {
    Child child = Child.start(scene, stop, words);
    started.accept(child);
    return child.end();
  }

  /** Returns whether the recovery was killed. */
  private boolean recover() throws IOException {
    Crash.Recovery recovery = crash.recovery();
    if (!recovery.byProcess()) {
      recoverHere();
      return false;
    }
    Child.End end = child(Integer.toString(recovery.killedAt()), RECOVER);
    if (end.isKilled()) {
      recoverHere();
    } else if (end.exit() != 0) {
      throw new AssertionError(
          "recovery ended with status " + end.exit() + ": " + end.at().strip());
    }
    return end.isKilled();
  }

  private void recoverHere() {
    ProgramRunner.Ended ended = scene.program().run(scene.disk(), scene.words(RECOVER));
    if (ended.exit() != 0) {
      throw new AssertionError(
          "recovery ended with status " + ended.exit() + ": " + ended.output().strip());
    }
  }

  private void check(Map<EntryName, DirectoryTree> before, boolean isNew, String when)
      throws IOException {
    Map<EntryName, DirectoryTree> trees = scene.trees(roots);
    if (isNew ? isAfter(trees, before) : trees.equals(before)) {
      return;
    }
    String other = isNew ? "old" : "new";
    boolean isOther = isNew ? trees.equals(before) : isAfter(trees, before);
    String found = isOther ? "the " + other + " trees are there" : "the trees are a mixture";
    String difference =
        isNew
            ? Reference.difference(Reference.numbered(trees, before), reference.after())
            : Reference.difference(trees, before);
    throw new AssertionError(
        "%s, %s, where it must be the %s ones; to be those:%n%s"
            .formatted(when, found, isNew ? "new" : "old", difference.stripTrailing()));
  }

  /** The journal says what the trees say; nothing is left over, and nothing left to do. */
  private void checkJournal(int applied) throws IOException {
    if (!Holdfast.isThere(scene.disk(), scene.state())) {
      return;
    }
    List<Call> steps = new ArrayList<>();
    Disk disk =
        new InterceptedDisk(
            scene.disk(),
            call -> {
              if (call.verb().isStep()) {
                steps.add(call);
              }
            });
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(disk, scene.state())) {
      Set<String> ids = JournalChecks.checkLog(holdfast, applied);
      JournalChecks.checkFiles(disk, scene.state(), ids, Set.of());
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

  /** What was completed is taken back, what was taken back is done again. */
  private void goOn(Map<EntryName, DirectoryTree> before, boolean isNew) throws IOException {
    Map<EntryName, DirectoryTree> recovered = scene.trees(roots);
    List<String> words = isNew ? UNDO : reference.update().words();
    ProgramRunner.Ended ended = scene.program().run(scene.disk(), scene.words(words));
    if (ended.exit() != 0) {
      throw new AssertionError(
          "afterwards, %s ended with status %d: %s"
              .formatted(String.join(" ", words), ended.exit(), ended.output().strip()));
    }
    if (!isNew) {
      check(before, true, "after it was done again");
      return;
    }
    // A directory that comes back is a new one; one that was there all the time is the same.
    String difference =
        Reference.difference(
            Reference.numbered(scene.trees(roots), recovered),
            Reference.numbered(before, recovered));
    if (!difference.isEmpty()) {
      throw new AssertionError(
          "after it was undone, the trees are not the old ones; to be those:\n"
              + difference.stripTrailing());
    }
  }
}
