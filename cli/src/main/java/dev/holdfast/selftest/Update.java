package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.selftest.tree.EverythingTrees;
import dev.holdfast.selftest.tree.Feature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The updates that are killed: together they have every kind of entry and every kind of change. */
enum Update {
  /** All kinds of change between two trees with all kinds of entry. */
  APPLY("live", "apply %two @live", 1) {
    @Override
    void prepare(Scene scene) throws IOException {
      scene.require("apply", "%one", "@live");
    }
  },
  /** Moves, deletions of whole trees and changes in place, on two roots, taken back. */
  UNDO("live other", "undo last", 3) {
    @Override
    void prepare(Scene scene) throws IOException {
      scene.require("apply", "%one", "@live");
      scene.require("apply", "%small", "@other");
      try (Holdfast holdfast = Holdfast.openWithoutRecovery(scene.disk(), scene.state())) {
        Root live = holdfast.root(scene.at("live"));
        Root other = holdfast.root(scene.at("other"));
        try (Transaction tx = holdfast.begin(Options.message("edit"), live, other)) {
          edit(tx, live, other, scene.features().contains(Feature.USER_ATTRIBUTES));
          tx.commit();
        }
      }
    }
  },
  /** The first use of all: neither journal nor control directory nor root is there. */
  FIRST("live", "apply %small @live", 0) {
    @Override
    void prepare(Scene scene) {
      // nothing is there
    }
  };

  private final String roots;
  private final String words;
  private final int past;

  Update(String roots, String words, int past) {
    this.roots = roots;
    this.words = words;
    this.past = past;
  }

  private static List<String> split(String text) {
    return List.of(text.split(" ", -1));
  }

  /** Makes what is there before. */
  abstract void prepare(Scene scene) throws IOException;

  /** Returns the command line. */
  List<String> words() {
    return split(words);
  }

  /** Returns how many transactions are applied before. */
  int past() {
    return past;
  }

  /** Returns the roots. */
  List<AbsolutePath> roots(Scene scene) {
    return split(roots).stream().map(scene::at).toList();
  }

  /** Returns the one of this name. */
  static Update named(String name) {
    return Arrays.stream(values())
        .filter(update -> update.toString().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no update \"" + name + "\"; there are " + Arrays.toString(values())));
  }

  /** Makes the trees that all scenes update from. */
  static void makeSources(Scene scene) throws IOException {
    EverythingTrees.before(scene.tree(source(scene, "one"))).time("", 1);
    EverythingTrees.after(scene.tree(source(scene, "two")));
    scene
        .tree(source(scene, "small"))
        .directory("sub", 0750)
        .file("sub/a", "a")
        .file("b", "b")
        .time("sub", 2)
        .time("", 1);
  }

  private static AbsolutePath source(Scene scene, String name) {
    return scene.sources().resolve(dev.holdfast.disk.EntryName.of(name));
  }

  private static void edit(Transaction tx, Root live, Root other, boolean withAttributes)
      throws IOException {
    tx.makeDirectory(live, "fresh");
    tx.move(live, "gone", "fresh/moved");
    tx.move(live, "gone-tree", "fresh/tree");
    tx.move(live, "data", "data-2");
    tx.move(live, "conf/a.conf", "conf/b.conf");
    tx.deleteTree(live, "bin");
    tx.setMode(live, "attribute-dir", 0711);
    if (withAttributes) {
      tx.setExtendedAttribute(live, "attributes", "user.shape", null);
    }
    tx.write(live, "same", bytes("not any more"));
    tx.write(other, "b", bytes("two"));
    tx.deleteTree(other, "sub");
    tx.write(other, "sub", bytes("a file now"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
