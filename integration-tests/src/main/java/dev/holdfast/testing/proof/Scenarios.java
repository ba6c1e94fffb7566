package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Savepoint;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.UndoOptions;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.selftest.tree.EverythingTrees;
import dev.holdfast.selftest.tree.TreeMaker;
import dev.holdfast.testing.SimulatedDisk;
import dev.holdfast.testing.VolumeFacts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The scenarios: together they have every kind of operation, of layout and of barrier. */
public final class Scenarios {
  private static final String SITE = "/srv/site";
  private static final String OTHER = "/srv/other";
  static final String STATE = "/var/lib/holdfast";

  private Scenarios() {}

  /** Returns all scenarios. */
  public static List<Scenario> all() {
    return List.of(
        applyEverything("apply-everything", Scenarios::oneDisk),
        applyEverything("apply-everything-journal-elsewhere", Scenarios::siteOnItsOwn),
        smallEdits("small-edits", Scenarios::oneDisk),
        smallEdits("small-edits-journal-elsewhere", Scenarios::siteOnItsOwn),
        firstTime(),
        absentRoot(),
        movesAndAttributes(),
        twoRoots("two-roots", Scenarios::oneDisk),
        twoRoots("two-roots-two-disks", Scenarios::twoDisks),
        twoRoots("two-roots-three-disks", Scenarios::threeDisks),
        overlapping(),
        controlInside(),
        takeBack());
  }

  /** Returns the scenario of this name. */
  public static Scenario named(String name) {
    if (OperationSequence.isName(name)) {
      return OperationSequence.named(name).scenario();
    }
    if (RandomScenario.isName(name)) {
      return RandomScenario.named(name).scenario();
    }
    return all().stream()
        .filter(scenario -> scenario.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scenario " + name));
  }

  // ---- machines --------------------------------------------------------------------------------

  /** Of a kind on which one barrier covers the journal too: xfs needs no look at /sys. */
  static SimulatedDisk oneDisk() {
    return SimulatedDisk.builder().mount(VolumeFacts.at("/").type("xfs")).build();
  }

  static SimulatedDisk siteOnItsOwn() {
    return SimulatedDisk.builder().mount("/srv").build();
  }

  /** The journal on the same disk as one of the roots. */
  static SimulatedDisk twoDisks() {
    return SimulatedDisk.builder().mount("/srv/second").build();
  }

  static SimulatedDisk threeDisks() {
    return SimulatedDisk.builder().mount("/srv").mount("/srv/second").build();
  }

  // ---- scenarios -------------------------------------------------------------------------------

  static Scenario of(
      String name,
      java.util.function.Supplier<SimulatedDisk> machine,
      List<String> roots,
      Scenario.Preparation preparation,
      Scenario.Update... updates) {
    return new Scenario(
        name,
        machine,
        AbsolutePath.of(STATE),
        roots.stream().map(AbsolutePath::of).toList(),
        true,
        false,
        preparation,
        List.of(updates));
  }

  private static Scenario applyEverything(
      String name, java.util.function.Supplier<SimulatedDisk> machine) {
    return of(
        name,
        machine,
        List.of(SITE),
        disk -> {
          EverythingTrees.before(TreeMaker.at(disk, SITE));
          EverythingTrees.after(TreeMaker.at(disk, "/root/one"));
          EverythingTrees.before(TreeMaker.at(disk, "/root/two"));
        },
        apply("/root/one"),
        apply("/root/two"));
  }

  /** Several taken back in one, and all taken back to an earlier state. */
  private static Scenario takeBack() {
    return of(
        "take-back",
        Scenarios::oneDisk,
        List.of(SITE),
        disk -> TreeMaker.at(disk, SITE).file("a", "one").file("b", "one").directory("d", 0755),
        edit(SITE, (tx, root) -> tx.write(root, "a", bytes("two"))),
        edit(
            SITE,
            (tx, root) -> {
              tx.write(root, "a", bytes("three"));
              tx.write(root, "d/new", bytes("three"));
              tx.delete(root, "b");
            }),
        edit(SITE, (tx, root) -> tx.write(root, "c", bytes("apart"))),
        (holdfast, _) ->
            holdfast.undo(
                applied(holdfast, 2),
                new UndoOptions(Options.message("cascade"), List.of(), true),
                Progress.NONE),
        (holdfast, _) ->
            holdfast.rewind(
                applied(holdfast, 2), null, Options.message("rewind"), false, Progress.NONE));
  }

  private static long applied(Holdfast holdfast, int back) throws IOException {
    return holdfast.lastApplied(back).orElseThrow().sequence();
  }

  private static Scenario smallEdits(
      String name, java.util.function.Supplier<SimulatedDisk> machine) {
    return of(
        name,
        machine,
        List.of(SITE),
        disk ->
            TreeMaker.at(disk, SITE)
                .file("run", "one")
                .file("config", "one")
                .directory("log", 0755)
                .file("log/old", "one"),
        edit(SITE, (tx, root) -> tx.write(root, "config", bytes("two"))),
        edit(
            SITE,
            (tx, root) -> {
              tx.write(root, "run", bytes("two"));
              tx.write(root, "new", bytes("two"));
              tx.delete(root, "log/old");
            }),
        edit(SITE, (tx, root) -> tx.deleteTree(root, "log")));
  }

  /** The journal and the control directory come into being in the run that is crashed. */
  private static Scenario firstTime() {
    return new Scenario(
        "first-time",
        Scenarios::oneDisk,
        AbsolutePath.of(STATE),
        List.of(AbsolutePath.of(SITE)),
        false,
        false,
        disk -> TreeMaker.at(disk, SITE).file("a", "one").file("b", "one"),
        List.of(
            edit(SITE, (tx, root) -> tx.write(root, "a", bytes("two"))),
            edit(
                SITE,
                (tx, root) -> {
                  tx.write(root, "a", bytes("three"));
                  tx.delete(root, "b");
                })));
  }

  private static Scenario absentRoot() {
    return of(
        "absent-root",
        Scenarios::oneDisk,
        List.of(SITE),
        disk -> {
          TreeMaker.at(disk, "/srv");
          EverythingTrees.after(TreeMaker.at(disk, "/root/one"));
          TreeMaker.at(disk, "/root/two").file("only", "two").time("", 7);
        },
        apply("/root/one"),
        apply("/root/two"));
  }

  private static Scenario movesAndAttributes() {
    return of(
        "moves-and-attributes",
        Scenarios::oneDisk,
        List.of(SITE),
        disk ->
            EverythingTrees.before(TreeMaker.at(disk, SITE))
                .directory("target", 02775)
                .time("target", 3),
        edit(
            SITE,
            (tx, root) -> {
              tx.move(root, "gone", "target/moved");
              tx.move(root, "gone-tree", "target/tree");
              tx.setMode(root, "target", 0700);
              tx.setOwner(root, "bin/tool", 5, 6);
              tx.setMode(root, "bin/tool", 04711);
              tx.setExtendedAttribute(root, "attributes", "user.color", bytes("green"));
              tx.setExtendedAttribute(root, "attributes", "user.shape", null);
              tx.setMode(root, "attribute-dir", 0711);
              tx.setExtendedAttribute(root, "attribute-dir", "user.dir", bytes("yes"));
            }),
        edit(
            SITE,
            (tx, root) -> {
              tx.write(root, "same", bytes("not any more"));
              Savepoint savepoint = tx.savepoint();
              tx.deleteTree(root, "target");
              tx.write(root, "other", bytes("never"));
              tx.rollBackTo(savepoint);
              tx.move(root, "target/moved", "conf/moved");
              tx.move(root, "conf/a.conf", "conf/b.conf");
              tx.makeDirectory(root, "fresh");
              tx.move(root, "data", "fresh/data");
              tx.makeSymbolicLink(root, "fresh/link", bytes("data"));
            }));
  }

  private static Scenario twoRoots(
      String name, java.util.function.Supplier<SimulatedDisk> machine) {
    String second = "/srv/second/root";
    return of(
        name,
        machine,
        List.of(SITE, second),
        disk -> {
          TreeMaker.at(disk, SITE).file("a", "one").file("b", "one").directory("d", 0755);
          TreeMaker.at(disk, second).file("a", "one").file("b", "one").directory("d", 0755);
        },
        (holdfast, _) -> {
          Root one = holdfast.root(AbsolutePath.of(SITE));
          Root two = holdfast.root(AbsolutePath.of(second));
          try (Transaction tx = holdfast.begin(Options.message("both"), one, two)) {
            tx.write(one, "a", bytes("two"));
            tx.write(two, "a", bytes("two"));
            tx.delete(one, "b");
            tx.write(two, "d/new", bytes("two"));
            tx.setMode(two, "b", 0600);
            tx.commit();
          }
        },
        edit(second, (tx, root) -> tx.delete(root, "a")),
        (holdfast, _) -> {
          Root one = holdfast.root(AbsolutePath.of(SITE));
          Root two = holdfast.root(AbsolutePath.of(second));
          try (Transaction tx = holdfast.begin(Options.message("both again"), one, two)) {
            tx.move(one, "a", "d/a");
            tx.deleteTree(two, "d");
            tx.commit();
          }
        });
  }

  private static Scenario overlapping() {
    String inner = SITE + "/inner";
    return of(
        "overlapping",
        Scenarios::oneDisk,
        List.of(SITE, inner),
        disk ->
            TreeMaker.at(disk, SITE)
                .file("a", "one")
                .directory("inner", 0755)
                .file("inner/a", "one")
                .file("inner/b", "one"),
        edit(
            SITE,
            (tx, root) -> {
              tx.write(root, "a", bytes("two"));
              tx.write(root, "inner/a", bytes("two"));
            }),
        edit(
            inner,
            (tx, root) -> {
              tx.write(root, "b", bytes("three"));
              tx.delete(root, "a");
            }));
  }

  /** Others may write in the parent, so the control directory lies in the root. */
  private static Scenario controlInside() {
    return of(
        "control-inside",
        Scenarios::oneDisk,
        List.of(OTHER),
        disk -> {
          TreeMaker.at(disk, OTHER).file("a", "one").file("b", "one").file("c", "one");
          TreeMaker.at(disk, "/root/one").file("a", "two").file("new", "two").time("", 9);
          try (var parent = disk.openDirectory(AbsolutePath.of("/srv"))) {
            parent.setMode(0777);
          }
        },
        edit(
            OTHER,
            (tx, root) -> {
              tx.write(root, "a", bytes("two"));
              tx.delete(root, "b");
            }),
        (holdfast, disk) -> applyTo(holdfast, disk, "/root/one", OTHER));
  }

  // ---- updates ---------------------------------------------------------------------------------

  /** Changes something in a transaction. */
  @FunctionalInterface
  interface Edit {
    /** Changes it. */
    void make(Transaction transaction, Root root) throws java.io.IOException;
  }

  static Scenario.Update edit(String root, Edit edit) {
    return (holdfast, _) -> {
      Root opened = holdfast.root(AbsolutePath.of(root));
      try (Transaction transaction = holdfast.begin(Options.message("edit"), opened)) {
        edit.make(transaction, opened);
        transaction.commit();
      }
    };
  }

  private static Scenario.Update apply(String source) {
    return (holdfast, disk) -> applyTo(holdfast, disk, source, SITE);
  }

  static void applyTo(Holdfast holdfast, Disk disk, String source, String target)
      throws java.io.IOException {
    try (DirectorySource tree =
        DirectorySource.open(disk, AbsolutePath.of(source), Excludes.of(List.of()))) {
      holdfast.apply(
          tree, AbsolutePath.of(target), ApplyOptions.of(Options.message("apply")), Progress.NONE);
    }
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
