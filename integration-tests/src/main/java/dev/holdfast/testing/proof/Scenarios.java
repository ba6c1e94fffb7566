package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Savepoint;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.testing.SimulatedDisk;
import dev.holdfast.testing.VolumeFacts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
        controlInside());
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
          Trees.everythingBefore(TreeMaker.at(disk, SITE));
          Trees.everythingAfter(TreeMaker.at(disk, "/root/one"));
          Trees.everythingBefore(TreeMaker.at(disk, "/root/two"));
        },
        apply("/root/one"),
        apply("/root/two"));
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
          Trees.everythingAfter(TreeMaker.at(disk, "/root/one"));
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
            Trees.everythingBefore(TreeMaker.at(disk, SITE))
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

  /** The trees that have everything. */
  static final class Trees {
    private Trees() {}

    static TreeMaker everythingBefore(TreeMaker tree) throws DiskException {
      tree.directory("bin", 0755)
          .file("bin/run", 0755, bytes("run one"))
          .file("bin/tool", 04755, bytes("tool"))
          .directory("conf", 0750)
          .file("conf/a.conf", "one")
          .file("conf/b.conf", "one")
          .file("conf/empty", "")
          .link("conf/link", "a.conf")
          .directory("data", 0755)
          .directory("data/x", 0755)
          .directory("data/x/y", 0700)
          .file("data/x/y/file", "deep one")
          .file("data/big", 0600, filled(9000, 'a'))
          .file("same", "same")
          .file("hard-1", "linked")
          .hardLink("hard-1", "data/hard-2")
          .file("file-to-directory", "file")
          .file("file-to-link", "file")
          .directory("directory-to-file", 0755)
          .file("directory-to-file/in", "in")
          .directory("directory-to-file/sub", 0755)
          .directory("directory-to-link", 0755)
          .link("link-to-directory", "bin")
          .fifo("fifo-to-file")
          .file("gone", "gone")
          .directory("gone-tree", 0755)
          .file("gone-tree/1", "gone")
          .directory("gone-tree/2", 0755)
          .file("gone-tree/2/3", "gone")
          .file("attributes", "attributes")
          .attributes("attributes", 7, 0640, "user.shape", "round")
          .file("capable", 06755, bytes("capable"))
          .attributes("capable", 3, 06755, "security.capability", "cap")
          .directory("attribute-dir", 0755);
      return times(tree, "bin", "conf", "data/x/y", "data/x", "data", "gone-tree/2", "gone-tree");
    }

    static TreeMaker everythingAfter(TreeMaker tree) throws DiskException {
      tree.directory("bin", 0755)
          .file("bin/run", 0755, bytes("run two"))
          .file("bin/tool", 06755, bytes("tool"))
          .directory("conf", 0710)
          .file("conf/a.conf", "two")
          .file("conf/c.conf", "two")
          .file("conf/empty", "not empty")
          .link("conf/link", "c.conf")
          .directory("data", 0755)
          .directory("data/x", 0755)
          .directory("data/x/y", 0700)
          .file("data/x/y/file", "deep two")
          .file("data/big", 0600, filled(7000, 'b'))
          .file("same", "same")
          .file("data/hard-2", "linked anew")
          .hardLink("data/hard-2", "hard-3")
          .directory("file-to-directory", 0755)
          .file("file-to-directory/in", "in")
          .link("file-to-link", "same")
          .file("directory-to-file", "file")
          .link("directory-to-link", "bin")
          .directory("link-to-directory", 0755)
          .file("fifo-to-file", "file")
          .fifo("fifo")
          .directory("new-tree", 01777)
          .directory("new-tree/sub", 0700)
          .file("new-tree/sub/file", "new")
          .hardLink("new-tree/sub/file", "new-tree/other-name")
          .file("attributes", "attributes")
          .attributes("attributes", 8, 0600, "user.color", "green")
          .file("capable", 06755, bytes("capable"))
          .attributes("capable", 4, 04750, "security.capability", "cap")
          .directory("attribute-dir", 0755)
          .attributes("attribute-dir", 9, 0700, "user.dir", "yes");
      return times(
          tree, "bin", "conf", "data/x/y", "data/x", "data", "new-tree/sub", "new-tree", "");
    }

    private static TreeMaker times(TreeMaker tree, String... directories) throws DiskException {
      for (String directory : directories) {
        tree.time(directory, directory.length());
      }
      return tree;
    }

    private static byte[] filled(int size, char letter) {
      byte[] bytes = new byte[size];
      Arrays.fill(bytes, (byte) letter);
      return bytes;
    }
  }
}
