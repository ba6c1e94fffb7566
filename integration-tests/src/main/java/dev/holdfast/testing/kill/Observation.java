package dev.holdfast.testing.kill;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.cli.LivingProgram.Answer;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import dev.holdfast.selftest.tree.TreeEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * All that is on a scene at one moment, as far as it matters.
 *
 * @param trees the roots that are there
 * @param states of all transactions, by number, as {@code log --json} tells them
 * @param operations of the newest applied transaction, as {@code show --json} tells them
 * @param names of everything that is ours: control directories and state directory; a transaction's
 *     folder is called {@code held/#NUMBER}
 * @param images before-images, by the name of their folder
 */
record Observation(
    SortedMap<AbsolutePath, DirectoryTree> trees,
    SortedMap<Long, String> states,
    String operations,
    SortedSet<String> names,
    SortedMap<String, DirectoryTree> images) {
  private static final EntryName CONTROL = EntryName.of(".holdfast");
  private static final Set<String> FOLDERS = Set.of("tx", "images");
  private static final Set<String> IMAGES = Set.of("new", "old");

  /** Reads the trees alone. */
  static SortedMap<AbsolutePath, DirectoryTree> trees(Scene scene, List<AbsolutePath> roots)
      throws DiskException {
    SortedMap<AbsolutePath, DirectoryTree> trees = new TreeMap<>();
    for (AbsolutePath root : roots) {
      try (Directory parent = scene.disk().openDirectory(root.parent())) {
        if (parent.stat(root.name()).isPresent()) {
          trees.put(root, DirectoryTree.of(scene.disk(), root, Option.SKIP_CONTROL_DIRECTORIES));
        }
      }
    }
    return trees;
  }

  /** Reads everything. */
  static Observation of(Scene scene, List<AbsolutePath> roots) throws IOException {
    SortedMap<AbsolutePath, DirectoryTree> trees = trees(scene, roots);
    SortedMap<Long, String> states = new TreeMap<>();
    String operations = "";
    Map<String, String> folders = new HashMap<>();
    if (Holdfast.isThere(scene.disk(), scene.state())) {
      readLog(scene, states);
      long newest =
          states.entrySet().stream()
              .filter(entry -> entry.getValue().equals("applied"))
              .mapToLong(Map.Entry::getKey)
              .max()
              .orElse(0);
      if (newest > 0) {
        operations = operations(scene.require("show", Long.toString(newest), "--json").out());
      }
      folders = folders(scene);
    }
    SortedSet<String> names = new TreeSet<>();
    SortedMap<String, DirectoryTree> images = new TreeMap<>();
    Walk walk = new Walk(scene.disk(), folders, names, images);
    walk.from(scene.state());
    Set<AbsolutePath> controls = new HashSet<>();
    for (AbsolutePath root : roots) {
      controls.add(root.resolve(CONTROL));
      controls.add(root.parent().resolve(CONTROL));
    }
    for (AbsolutePath control : controls) {
      walk.from(control);
    }
    return new Observation(trees, states, operations, names, images);
  }

  private static void readLog(Scene scene, SortedMap<Long, String> states) throws IOException {
    Answer log = scene.require("log", "--json");
    for (String line : log.out().lines().toList()) {
      String id = "";
      try (JsonParser parser = new JsonFactory().createParser(line)) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          parser.nextToken();
          if (field.equals("id")) {
            id = parser.getText();
          } else if (field.equals("state")) {
            states.put(Long.parseLong(id), parser.getText());
          }
          parser.skipChildren();
        }
      }
    }
  }

  private static String operations(String shown) {
    int from = shown.indexOf("\"operations\":[");
    int to = shown.indexOf("],\"undoes\":");
    return from < 0 || to < 0 ? shown : shown.substring(from, to);
  }

  private static Map<String, String> folders(Scene scene) throws IOException {
    Map<String, String> folders = new HashMap<>();
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(scene.disk(), scene.state());
        TransactionLog log = holdfast.log()) {
      for (Iterator<TransactionRecord> all = log.newestFirst(); all.hasNext(); ) {
        TransactionRecord transaction = all.next();
        folders.put(transaction.id().text(), "#" + transaction.sequence());
      }
    }
    return folders;
  }

  private record Walk(
      Disk disk,
      Map<String, String> folders,
      SortedSet<String> names,
      SortedMap<String, DirectoryTree> images) {
    void from(AbsolutePath path) throws DiskException {
      try (Directory parent = disk.openDirectory(path.parent())) {
        if (parent.stat(path.name()).isEmpty()) {
          return;
        }
      } catch (DiskException e) {
        if (e.error() == dev.holdfast.disk.DiskError.NOT_FOUND) {
          return; // no root, and so nothing in it
        }
        throw e;
      }
      below(path, path.toString());
    }

    private void below(AbsolutePath path, String shown) throws DiskException {
      names.add(shown);
      try (Directory directory = disk.openDirectory(path)) {
        for (EntryName name : directory.list()) {
          Stat stat = directory.stat(name).orElseThrow();
          String next = shown(path, shown, name);
          if (!stat.isDirectory()) {
            names.add(next);
          } else if (isImages(path, name)) {
            images.put(next, DirectoryTree.of(disk, path.resolve(name)));
          } else {
            below(path.resolve(name), next);
          }
        }
      }
    }

    private String shown(AbsolutePath path, String shown, EntryName name) {
      String folder = folders.get(name.toString());
      return folder != null && FOLDERS.contains(path.name().toString())
          ? shown.substring(0, shown.lastIndexOf('/')) + "/held/" + folder
          : shown + "/" + name;
    }

    private boolean isImages(AbsolutePath path, EntryName name) {
      return IMAGES.contains(name.toString())
          && path.belowRoot().depth() > 1
          && FOLDERS.contains(path.parent().name().toString());
    }
  }

  /** Returns how many transactions are applied. */
  long applied() {
    return states.values().stream().filter("applied"::equals).count();
  }

  /**
   * Returns how trees differ from these, which were another run's: a directory that was there
   * {@code before} must be the same one, a new one may be any. Empty if they do not.
   */
  static String difference(
      Map<AbsolutePath, DirectoryTree> now,
      Map<AbsolutePath, DirectoryTree> wanted,
      Map<AbsolutePath, DirectoryTree> before) {
    Set<Long> known = new HashSet<>();
    before.values().forEach(tree -> tree.entries().values().forEach(e -> known.add(e.inode())));
    StringBuilder text = new StringBuilder();
    Set<AbsolutePath> roots = new TreeSet<>(now.keySet());
    roots.addAll(wanted.keySet());
    for (AbsolutePath root : roots) {
      DirectoryTree here = now.get(root);
      DirectoryTree there = wanted.get(root);
      if (here == null || there == null) {
        text.append(root).append(here == null ? " is missing\n" : " should not be there\n");
        continue;
      }
      String difference =
          here.without(Option.IGNORE_DIRECTORY_INODES)
              .difference(there.without(Option.IGNORE_DIRECTORY_INODES));
      text.append(difference);
      there
          .entries()
          .forEach((path, entry) -> {
            TreeEntry found = here.entries().get(path);
            if (found != null && known.contains(entry.inode()) && found.inode() != entry.inode()) {
              text.append(path).append(" is another directory\n");
            }
          });
    }
    return text.toString();
  }
}
