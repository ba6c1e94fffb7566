package dev.holdfast.selftest;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.journal.ByteString;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.Feature;
import dev.holdfast.selftest.tree.TreeMaker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Where one crash happens: a folder with the roots and the journal in it, and the program to be run
 * there.
 *
 * @param folder its own
 * @param sources the trees to update from, which nobody changes
 * @param features what trees can have there
 */
record Scene(
    Disk disk,
    ProgramRunner program,
    AbsolutePath folder,
    AbsolutePath sources,
    Set<Feature> features) {
  private static final String ROOT = "@";
  private static final String SOURCE = "%";

  Scene {
    features = Set.copyOf(features);
  }

  /** Returns the state directory. */
  AbsolutePath state() {
    return at("state");
  }

  /** Returns a path in the folder. */
  AbsolutePath at(String name) {
    return folder.resolve(EntryName.of(name));
  }

  /** Begins to make a tree. */
  TreeMaker tree(AbsolutePath path) throws DiskException {
    return TreeMaker.at(disk, path, features);
  }

  /**
   * Returns a command line with its state directory; {@code @live} is a root, {@code %two} a
   * source.
   */
  List<ByteString> words(List<String> words) {
    List<ByteString> line = new ArrayList<>();
    line.add(word("--state"));
    line.add(ByteString.of(state().bytes()));
    for (String word : words) {
      if (word.startsWith(ROOT)) {
        line.add(ByteString.of(at(word.substring(1)).bytes()));
      } else if (word.startsWith(SOURCE)) {
        line.add(ByteString.of(sources.resolve(EntryName.of(word.substring(1))).bytes()));
      } else {
        line.add(word(word));
      }
    }
    return line;
  }

  private static ByteString word(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Runs the program in this process; it has to succeed. */
  void require(String... words) throws IOException {
    ProgramRunner.Ended ended = program.run(disk, words(List.of(words)));
    if (ended.exit() != 0) {
      throw new IOException(
          "%s ended with status %d and said: %s"
              .formatted(String.join(" ", words), ended.exit(), ended.output().strip()));
    }
  }

  /** Reads roots by their names, those that are there. */
  Map<EntryName, DirectoryTree> trees(List<AbsolutePath> roots) throws DiskException {
    Map<EntryName, DirectoryTree> trees = new TreeMap<>();
    try (Directory parent = disk.openDirectory(folder)) {
      for (AbsolutePath root : roots) {
        if (parent.stat(root.name()).isPresent()) {
          trees.put(
              root.name(),
              DirectoryTree.of(disk, root, DirectoryTree.Option.SKIP_CONTROL_DIRECTORIES));
        }
      }
    }
    return trees;
  }
}
