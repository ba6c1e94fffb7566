package dev.holdfast.testing.kill;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Says what is wrong with a scene: trees that are a mixture, a journal that does not agree with
 * them, litter, before-images that are not what was there before.
 */
final class KillJudge {
  /** Where the evidence leaves a crash. */
  enum Expected {
    OLD,
    NEW,
    EITHER
  }

  /** May be there or not: what a first use makes, and what goes with a later transaction. */
  private static final Pattern OPTIONAL =
      Pattern.compile(
          ".*/state(/(lock|id|id\\.new|roots|suspect|journal(/epoch-\\d+)?))?"
              + "|.*/\\.holdfast"
              + "|.*/\\.holdfast(/[^/]+)?(/(owner|lock|gate|tx|images|settings))?"
              + "|.*/held/#\\d+(/(plan|lock|ready|go|applied|unsure|back))?");

  private static final Pattern LEFT_TO_NEXT =
      Pattern.compile(".*/state/(id\\.new|suspect|journal\\.new)|.*\\.next");

  private static final String OWNER = "/owner";

  private static final Set<String> FINAL = Set.of("applied", "rolled_back");

  private final List<AbsolutePath> roots;
  private final Observation before;
  private final Observation after;

  KillJudge(List<AbsolutePath> roots, Observation before, Observation after) {
    this.roots = List.copyOf(roots);
    this.before = before;
    this.after = after;
  }

  /** Returns whether a transaction in this state has ended. */
  static boolean isFinal(String state) {
    return FINAL.contains(state);
  }

  /** Returns the old trees. */
  Map<AbsolutePath, DirectoryTree> old() {
    return before.trees();
  }

  /** Returns whether the trees are neither the old nor the new ones. */
  boolean isMixture(Map<AbsolutePath, DirectoryTree> trees) {
    return !differenceToOld(trees).isEmpty() && !differenceToNew(trees).isEmpty();
  }

  /** Returns how the trees differ from the old ones; empty if they do not. */
  String differenceToOld(Map<AbsolutePath, DirectoryTree> trees) {
    return Observation.difference(trees, before.trees(), before.trees());
  }

  /** Returns how the trees differ from the new ones; empty if they do not. */
  String differenceToNew(Map<AbsolutePath, DirectoryTree> trees) {
    return Observation.difference(trees, after.trees(), before.trees());
  }

  /**
   * Checks a scene that was recovered.
   *
   * @return whether the trees are the new ones
   */
  boolean check(Observation now, Expected expected) {
    String toOld = differenceToOld(now.trees());
    String toNew = differenceToNew(now.trees());
    boolean isNew = toNew.isEmpty();
    if (!isNew && !toOld.isEmpty()) {
      throw new AssertionError(
          "a mixture of %s\nto be the old ones:\n%sto be the new ones:\n%s"
              .formatted(roots, toOld, toNew));
    }
    if (expected != Expected.EITHER && isNew != (expected == Expected.NEW)) {
      throw new AssertionError("the trees must be the " + expected + " ones, and are the others");
    }
    checkJournal(now, isNew);
    checkNames(now, isNew ? after : before);
    checkImages(now, isNew ? after : before);
    return isNew;
  }

  private void checkJournal(Observation now, boolean isNew) {
    Observation wanted = isNew ? after : before;
    if (!FINAL.containsAll(now.states().values())) {
      throw new AssertionError("the journal has not ended them all: " + now.states());
    }
    if (now.applied() != wanted.applied()) {
      throw new AssertionError(
          "the trees are the %s ones, the journal says %s"
              .formatted(isNew ? "new" : "old", now.states()));
    }
    if (!now.operations().equals(wanted.operations())) {
      throw new AssertionError(
          "the journal tells other operations than those of a run that nothing disturbed:\n"
              + now.operations()
              + "\ninstead of\n"
              + wanted.operations());
    }
  }

  /** Checks that a later update has cleared away what may stay for it. */
  void checkCleared(Observation later) {
    SortedSet<String> left = new TreeSet<>(later.names());
    left.removeIf(name -> !LEFT_TO_NEXT.matcher(name).matches());
    if (!left.isEmpty()) {
      throw new AssertionError("the next update left " + left);
    }
  }

  private static void checkNames(Observation now, Observation wanted) {
    SortedSet<String> litter = new TreeSet<>(now.names());
    litter.removeAll(wanted.names());
    litter.removeIf(name -> OPTIONAL.matcher(name).matches() || isUnfinished(name, now));
    if (!litter.isEmpty()) {
      throw new AssertionError("litter: " + litter);
    }
    SortedSet<String> missing = new TreeSet<>(wanted.names());
    missing.removeAll(now.names());
    missing.removeIf(name -> OPTIONAL.matcher(name).matches());
    if (!missing.isEmpty()) {
      throw new AssertionError("gone: " + missing);
    }
  }

  /** Nobody knows of a control directory that has no owner yet; the next one takes it over. */
  private static boolean isUnfinished(String name, Observation now) {
    return name.endsWith(OWNER + ".next")
        && !now.names().contains(name.substring(0, name.length() - ".next".length()));
  }

  private static void checkImages(Observation now, Observation wanted) {
    Set<String> folders = new TreeSet<>(now.images().keySet());
    folders.addAll(wanted.images().keySet());
    for (String folder : folders) {
      DirectoryTree here = now.images().get(folder);
      DirectoryTree there = wanted.images().get(folder);
      if (here == null || there == null) {
        throw new AssertionError("before-images " + (here == null ? "gone: " : "left: ") + folder);
      }
      String difference = loose(here).difference(loose(there));
      if (!difference.isEmpty()) {
        throw new AssertionError("before-images are other ones in " + folder + ":\n" + difference);
      }
    }
  }

  /** What matters of before-images: a directory among them was emptied, which changed its time. */
  private static DirectoryTree loose(DirectoryTree tree) {
    return tree.without(Option.IGNORE_DIRECTORY_INODES, Option.IGNORE_DIRECTORY_TIMES);
  }
}
