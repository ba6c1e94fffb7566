package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.EntryName;
import dev.holdfast.selftest.tree.DirectoryTree;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * An update that nobody disturbed.
 *
 * @param after the trees that it leaves, their directories numbered by those before
 * @param calls its steps
 * @param window the numbers of the steps before which a kill leaves a mixture
 */
record Reference(
    Update update, Map<EntryName, DirectoryTree> after, List<String> calls, Range window) {

  /** Numbers of steps, both included; empty if the first is greater. */
  record Range(int first, int last) {}

  Reference {
    after = Map.copyOf(after);
    calls = List.copyOf(calls);
  }

  /** Runs the update, in a process of its own as all the others. */
  static Reference of(Update update, Scene scene) throws IOException {
    update.prepare(scene);
    List<AbsolutePath> roots = update.roots(scene);
    Map<EntryName, DirectoryTree> before = scene.trees(roots);
    Child.End end = Child.start(scene, StepGate.all(), update.words()).end();
    if (end.exit() != 0) {
      throw new IOException(
          "%s ended with status %d, undisturbed: %s"
              .formatted(update, end.exit(), end.at().strip()));
    }
    Map<EntryName, DirectoryTree> after = numbered(scene.trees(roots), before);
    if (after.equals(numbered(before, before))) {
      throw new IOException(update + " changed nothing, undisturbed");
    }
    return new Reference(update, after, end.calls(), window(end.calls(), roots));
  }

  /** Returns trees with their directories numbered by those before. */
  static Map<EntryName, DirectoryTree> numbered(
      Map<EntryName, DirectoryTree> trees, Map<EntryName, DirectoryTree> before) {
    Map<EntryName, DirectoryTree> numbered = new TreeMap<>();
    trees.forEach((name, tree) -> {
      DirectoryTree old = before.get(name);
      numbered.put(name, tree.numberedBy(old == null ? DirectoryTree.NONE : old));
    });
    return numbered;
  }

  private static Range window(List<String> calls, List<AbsolutePath> roots) {
    int[] visible =
        IntStream.range(0, calls.size())
            .filter(i -> roots.stream().anyMatch(root -> isVisible(calls.get(i), root)))
            .toArray();
    // Before the second visible step, and up to the last one, the first has been made.
    return visible.length < 2
        ? new Range(1, 0)
        : new Range(visible[0] + 2, visible[visible.length - 1] + 1);
  }

  private static boolean isVisible(String call, AbsolutePath root) {
    String path = root.toString();
    String stem = path.endsWith("\"") ? path.substring(0, path.length() - 1) : path;
    int at = call.indexOf(stem);
    if (at < 0) {
      return false;
    }
    int end = at + stem.length();
    return end == call.length() || "/ \"".indexOf(call.charAt(end)) >= 0;
  }

  /** Returns whether a step's half can be done. */
  boolean isWrite(int step) {
    return calls.get(step - 1).startsWith("write ") && !calls.get(step - 1).endsWith("+1");
  }

  boolean isInWindow(int step) {
    return step >= window.first && step <= window.last;
  }

  /** Returns what of {@code trees} is other than it should be; empty if nothing is. */
  static String difference(
      Map<EntryName, DirectoryTree> trees, Map<EntryName, DirectoryTree> good) {
    StringBuilder text = new StringBuilder();
    good.forEach((name, tree) -> {
      DirectoryTree here = trees.get(name);
      if (here == null) {
        text.append(name).append(" is missing\n");
      } else {
        here.difference(tree)
            .lines()
            .forEach(line -> text.append(name).append(": ").append(line).append('\n'));
      }
    });
    trees.keySet().stream()
        .filter(name -> !good.containsKey(name))
        .forEach(name -> text.append(name).append(" should not be there\n"));
    return text.toString();
  }
}
