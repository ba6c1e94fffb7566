package dev.holdfast.selftest.power;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.selftest.power.PowerScenario.Place;
import dev.holdfast.selftest.power.PowerScenario.Session;
import dev.holdfast.selftest.power.PowerScenario.Update;
import dev.holdfast.selftest.tree.EverythingTrees;
import dev.holdfast.selftest.tree.TreeMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The transactions that are run on real file systems and robbed of their power. */
public final class PowerScenarios {
  private static final Place SITE = new Place(0, "/srv/site");
  private static final Place OTHER = new Place(0, "/srv/other");
  private static final Place SECOND = new Place(1, "/srv/second");

  private PowerScenarios() {}

  public static List<PowerScenario> all() {
    return List.of(program(), library(), twoDevices());
  }

  /** Returns those in which mistakes are made. */
  public static List<PowerScenario> small() {
    return List.of(
        smallEdits("edits", 1, SITE), smallEdits("edits-elsewhere", 2, SECOND), threeDevices());
  }

  /** Returns the scenario of this name. */
  public static PowerScenario named(String name) {
    return Stream.concat(all().stream(), small().stream())
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario " + name));
  }

  /** The program as users run it: a process for each command, at full speed, many files. */
  private static PowerScenario program() {
    return new PowerScenario(
        "program",
        1,
        List.of(SITE, OTHER),
        false,
        (disk, layout) -> {
          many(EverythingTrees.before(at(disk, layout.at(SITE))), 1);
          many(EverythingTrees.after(at(disk, layout.source("one"))), 2);
          many(EverythingTrees.before(at(disk, layout.source("two"))), 3);
          at(disk, layout.source("other")).file("a", "one").directory("d", 0750).file("d/b", "one");
        },
        List.of(
            apply("one", SITE),
            apply("two", SITE),
            PowerScenario.byProgram(_ -> new String[] {"undo", "last"}),
            apply("other", OTHER)));
  }

  private static Update apply(String source, Place target) {
    return PowerScenario.byProgram(layout ->
        new String[] {"apply", layout.source(source).toString(), layout.at(target).toString()});
  }

  /** The library, with several roots; the journal comes into being meanwhile. */
  private static PowerScenario library() {
    return new PowerScenario(
        "library",
        1,
        List.of(SITE, OTHER),
        false,
        (disk, layout) -> {
          EverythingTrees.before(at(disk, layout.at(SITE)).directory("target", 02775));
          at(disk, layout.at(OTHER)).file("a", "one").file("b", "one").directory("d", 0755);
          EverythingTrees.after(at(disk, layout.source("one")));
        },
        List.of(
            edit(
                (tx, roots) -> {
                  tx.write(roots.get(0), "same", bytes("two"));
                  tx.write(roots.get(1), "a", bytes("two"));
                  tx.delete(roots.get(1), "b");
                  tx.write(roots.get(1), "d/new", bytes("two"));
                  tx.deleteTree(roots.get(0), "gone-tree");
                },
                SITE,
                OTHER),
            edit(
                (tx, roots) -> {
                  Root root = roots.getFirst();
                  tx.move(root, "gone", "target/moved");
                  tx.move(root, "data/x", "target/tree");
                  tx.setMode(root, "target", 0700);
                  tx.setOwner(root, "bin/tool", 5, 6);
                  tx.setMode(root, "bin/tool", 04711);
                  tx.setExtendedAttribute(root, "attributes", "user.color", bytes("green"));
                  tx.makeDirectory(root, "fresh");
                  tx.makeSymbolicLink(root, "fresh/link", bytes("data"));
                },
                SITE),
            session -> {
              try (DirectorySource tree =
                  DirectorySource.open(
                      session.disk(), session.layout().source("one"), Excludes.NONE)) {
                session
                    .holdfast()
                    .apply(
                        tree,
                        session.layout().at(SITE),
                        ApplyOptions.of(Options.message("apply")),
                        Progress.NONE);
              }
            },
            PowerScenarios::undoLast));
  }

  /** The journal beside one root; the other one on a device of its own. */
  private static PowerScenario twoDevices() {
    return new PowerScenario(
        "two-devices",
        2,
        List.of(SITE, SECOND),
        true,
        (disk, layout) -> {
          at(disk, layout.at(SITE)).file("a", "one").file("b", "one").directory("d", 0755);
          at(disk, layout.at(SECOND)).file("a", "one").file("b", "one").directory("d", 0755);
        },
        List.of(
            edit(
                (tx, roots) -> {
                  tx.write(roots.get(0), "a", bytes("two"));
                  tx.write(roots.get(1), "a", bytes("two"));
                  tx.delete(roots.get(0), "b");
                  tx.write(roots.get(1), "d/new", bytes("two"));
                  tx.setMode(roots.get(1), "b", 0600);
                },
                SITE,
                SECOND),
            edit(
                (tx, roots) -> {
                  tx.write(roots.getFirst(), "b", bytes("three"));
                  tx.write(roots.getFirst(), "c", bytes("three"));
                  tx.delete(roots.getFirst(), "a");
                },
                SECOND),
            edit(
                (tx, roots) -> {
                  tx.move(roots.get(0), "a", "d/a");
                  tx.write(roots.get(0), "e", bytes("three"));
                  tx.deleteTree(roots.get(1), "d");
                },
                SITE,
                SECOND),
            PowerScenarios::undoLast));
  }

  /** The scenario of the simulated disk in which most mistakes are made. */
  private static PowerScenario smallEdits(String name, int devices, Place root) {
    return new PowerScenario(
        name,
        devices,
        List.of(root),
        true,
        (disk, layout) ->
            at(disk, layout.at(root))
                .file("run", "one")
                .file("config", "one")
                .directory("log", 0755)
                .file("log/old", "one"),
        List.of(
            edit((tx, roots) -> tx.write(roots.getFirst(), "config", bytes("two")), root),
            edit(
                (tx, roots) -> {
                  tx.write(roots.getFirst(), "run", bytes("two"));
                  tx.write(roots.getFirst(), "new", bytes("two"));
                  tx.delete(roots.getFirst(), "log/old");
                },
                root),
            edit(
                (tx, roots) -> {
                  tx.deleteTree(roots.getFirst(), "log");
                  tx.write(roots.getFirst(), "config", bytes("three"));
                  tx.setMode(roots.getFirst(), "run", 0755);
                },
                root)));
  }

  /** Two roots on file systems of their own, and the journal on a third one. */
  private static PowerScenario threeDevices() {
    Place third = new Place(2, "/srv/third");
    return new PowerScenario(
        "three-devices",
        3,
        List.of(SECOND, third),
        true,
        (disk, layout) -> {
          at(disk, layout.at(SECOND)).file("a", "one").file("b", "one").directory("d", 0755);
          at(disk, layout.at(third)).file("a", "one").file("b", "one").directory("d", 0755);
        },
        List.of(
            edit(
                (tx, roots) -> {
                  tx.write(roots.get(0), "a", bytes("two"));
                  tx.write(roots.get(1), "a", bytes("two"));
                  tx.delete(roots.get(0), "b");
                  tx.write(roots.get(1), "d/new", bytes("two"));
                },
                SECOND,
                third),
            edit((tx, roots) -> tx.delete(roots.getFirst(), "a"), third),
            edit(
                (tx, roots) -> {
                  tx.move(roots.get(0), "a", "d/a");
                  tx.deleteTree(roots.get(1), "d");
                },
                SECOND,
                third)));
  }

  private static void undoLast(Session session) throws IOException {
    long last;
    try (TransactionLog log = session.holdfast().log()) {
      last = log.newestFirst().next().sequence();
    }
    session.holdfast().undo(last, Options.message("undo"), Progress.NONE);
  }

  /** Changes something in a transaction. */
  @FunctionalInterface
  private interface Edit {
    void make(Transaction transaction, List<Root> roots) throws IOException;
  }

  private static Update edit(Edit edit, Place... places) {
    return session -> {
      Root[] roots = new Root[places.length];
      for (int i = 0; i < places.length; i++) {
        roots[i] = session.holdfast().root(session.layout().at(places[i]));
      }
      try (Transaction transaction = session.holdfast().begin(Options.message("edit"), roots)) {
        edit.make(transaction, List.of(roots));
        transaction.commit();
      }
    };
  }

  private static TreeMaker at(Disk disk, AbsolutePath path) throws DiskException {
    return TreeMaker.at(disk, path.toString());
  }

  /** Adds files enough that a neighbour's sync falls between the changes. */
  private static void many(TreeMaker tree, int version) throws DiskException {
    for (int d = 0; d < 10; d++) {
      tree.directory("many-" + d, 0755);
      for (int f = 0; f < 24; f++) {
        tree.file("many-" + d + "/" + f, ("version " + version + "\n").repeat(20 + f));
      }
      tree.time("many-" + d, version);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
