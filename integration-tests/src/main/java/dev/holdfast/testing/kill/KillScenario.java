package dev.holdfast.testing.kill;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.selftest.tree.EverythingTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is on some disks, and a command that updates it.
 *
 * @param name for messages and the command line
 * @param disks how many file systems it needs
 * @param roots the trees that are looked at
 * @param strict whether it is the record, and not {@code go}, that decides about the direction
 * @param command the command line, without the state directory
 */
record KillScenario(
    String name,
    int disks,
    List<String> roots,
    boolean strict,
    Preparation preparation,
    List<String> command) {

  /** Makes what is there before. */
  @FunctionalInterface
  interface Preparation {
    /** Makes it. */
    void make(Scene scene) throws IOException;
  }

  /** Returns all scenarios: together they have every kind of operation and of layout. */
  static List<KillScenario> all() {
    return List.of(
        apply(), undo(), first(), archive(), undoOfMoves(), undoOnTwoDisks(), controlInside());
  }

  /** Returns the scenario of this name. */
  static KillScenario named(String name) {
    return all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario " + name));
  }

  private static KillScenario one(
      String name, String root, Preparation preparation, String... command) {
    return new KillScenario(name, 1, List.of(root), false, preparation, List.of(command));
  }

  /** There is a past, so that there is also something to be cleared up after. */
  private static void makePast(Scene scene) throws IOException {
    scene.tree("{0}/zero").file("conf", "zero").file("gone", "zero").time("", 3);
    EverythingTrees.before(scene.tree("{0}/one")).time("", 1);
    EverythingTrees.after(scene.tree("{0}/two"));
    scene.require("apply", "{0}/zero", "{0}/live");
    scene.require("apply", "{0}/one", "{0}/live");
  }

  private static KillScenario apply() {
    return one("apply", "{0}/live", KillScenario::makePast, "apply", "{0}/two", "{0}/live");
  }

  private static KillScenario undo() {
    return one(
        "undo",
        "{0}/live",
        scene -> {
          makePast(scene);
          scene.require("apply", "{0}/two", "{0}/live");
        },
        "undo",
        "last");
  }

  /** Nothing is there: neither journal nor control directory nor root. */
  private static KillScenario first() {
    return one(
        "first",
        "{0}/live",
        scene ->
            scene
                .tree("{0}/one")
                .directory("sub", 0750)
                .file("sub/a", "a")
                .file("b", "b")
                .time("sub", 2)
                .time("", 1),
        "apply",
        "{0}/one",
        "{0}/live");
  }

  private static KillScenario archive() {
    return one(
        "archive",
        "{0}/live",
        scene -> {
          makePast(scene);
          Shell.require(
              "tar",
              "--format=posix",
              "--xattrs",
              "--xattrs-include=*",
              "--acls",
              "--sparse",
              "-C",
              scene.path("{0}/two").toString(),
              "-cf",
              scene.path("{0}/two.tar").toString(),
              ".");
        },
        "apply",
        "{0}/two.tar",
        "{0}/live");
  }

  private static KillScenario undoOfMoves() {
    return one(
        "undo-of-moves",
        "{0}/live",
        scene -> {
          makePast(scene);
          edit(
              scene,
              List.of("{0}/live"),
              (tx, roots) -> {
                Root root = roots.getFirst();
                tx.makeDirectory(root, "fresh");
                tx.move(root, "gone", "fresh/moved");
                tx.move(root, "gone-tree", "fresh/tree");
                tx.move(root, "data", "data-2");
                tx.move(root, "conf/a.conf", "conf/b.conf");
                tx.deleteTree(root, "bin");
                tx.setMode(root, "attribute-dir", 0711);
                tx.setExtendedAttribute(root, "attributes", "user.shape", null);
                tx.write(root, "same", bytes("not any more"));
              });
        },
        "undo",
        "last");
  }

  /** On two file systems it is the record that decides. */
  private static KillScenario undoOnTwoDisks() {
    return new KillScenario(
        "undo-on-two-disks",
        2,
        List.of("{0}/live", "{1}/other"),
        true,
        scene -> {
          for (String root : List.of("{0}/live", "{1}/other")) {
            scene
                .tree(root)
                .file("a", "one")
                .file("b", "one")
                .directory("d", 0755)
                .file("d/in", "one");
          }
          edit(
              scene,
              List.of("{0}/live", "{1}/other"),
              (tx, roots) -> {
                for (Root root : roots) {
                  tx.write(root, "a", bytes("two"));
                  tx.delete(root, "b");
                  tx.write(root, "new", bytes("two"));
                  tx.setMode(root, "d", 0700);
                  tx.deleteTree(root, "d/in");
                }
              });
        },
        List.of("undo", "last"));
  }

  /** Others may write in the parent, so the control directory lies in the root. */
  private static KillScenario controlInside() {
    return one(
        "control-inside",
        "{0}/open/live",
        scene -> {
          scene.tree("{0}").directory("open", 01777);
          scene.tree("{0}/open/live").file("a", "one");
          scene.tree("{0}/one").file("a", "two").file("c", "two").directory("d", 0700).time("", 2);
          // The first use of all makes a directory in the root, which changes the root's time.
          scene.tree("{0}/zero").file("a", "0").file("b", "0").directory("d", 0755).time("", 3);
          scene.require("apply", "{0}/zero", "{0}/open/live");
        },
        "apply",
        "{0}/one",
        "{0}/open/live");
  }

  private interface Edit {
    void make(Transaction transaction, List<Root> roots) throws IOException;
  }

  private static void edit(Scene scene, List<String> roots, Edit edit) throws IOException {
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(scene.disk(), scene.state())) {
      List<Root> opened = new java.util.ArrayList<>();
      for (String root : roots) {
        opened.add(holdfast.root(scene.path(root)));
      }
      try (Transaction transaction =
          holdfast.begin(Options.message("edit"), opened.toArray(Root[]::new))) {
        edit.make(transaction, opened);
        transaction.commit();
      }
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the paths of the roots. */
  List<AbsolutePath> roots(Scene scene) {
    return roots.stream().map(scene::path).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
