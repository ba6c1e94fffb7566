package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.disk.TypedPath;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.TransactionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Directories where files that were committed may still lie: those that somebody names, and those
 * that the recorded commands of a root's newest transactions name, as {@code apply} does. A guess,
 * which is why only a digest is believed; nothing is looked for before all else has failed.
 */
final class SourceTrees implements AutoCloseable {
  private static final int NEWEST = 100;
  private static final int WORDS = 100;

  private final Disk disk;
  private final AbsolutePath root;
  private final JournalView view;
  private final List<AbsolutePath> named;
  private @Nullable List<LiveTree> open;

  SourceTrees(Disk disk, AbsolutePath root, JournalView view, List<AbsolutePath> named) {
    this.disk = disk;
    this.root = root;
    this.view = view;
    this.named = List.copyOf(named);
  }

  /** Returns those that are there, the named ones first. */
  List<LiveTree> trees() throws IOException {
    List<LiveTree> trees = open;
    if (trees == null) {
      trees = new ArrayList<>();
      open = trees;
      for (AbsolutePath place : places()) {
        trees.add(LiveTree.open(disk, place));
      }
    }
    return trees;
  }

  /** Opens a tree's file, if there is one. */
  static Optional<DiskFile> file(LiveTree tree, RelativePath path) {
    try {
      Place place = tree.place(path);
      return place.stat().filter(Stat::isFile).isPresent()
          ? Optional.of(place.directory().openToRead(place.name()))
          : Optional.empty();
    } catch (DiskException e) {
      return Optional.empty(); // not there, or not to be read: then it is kept elsewhere or nowhere
    }
  }

  private Set<AbsolutePath> places() throws IOException {
    Set<AbsolutePath> places = new LinkedHashSet<>();
    named.forEach(place -> addDirectory(place, places));
    int left = NEWEST;
    for (Iterator<TransactionRecord> all = view.newestFirst(); all.hasNext() && left-- > 0; ) {
      TransactionRecord record = all.next();
      if (record.beginning().roots().contains(root)) {
        record.beginning().command().stream()
            .limit(WORDS)
            .forEach(word -> addWord(record.beginning().workingDirectory(), word, places));
      }
    }
    places.remove(root);
    return places;
  }

  private void addWord(String directory, ByteString word, Set<AbsolutePath> places) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    if (word.bytes().length > 0 && word.bytes()[0] != '/') {
      path.writeBytes((directory + "/").getBytes(StandardCharsets.UTF_8));
    }
    path.writeBytes(word.bytes());
    byte[] bytes = path.toByteArray();
    if (bytes.length > 0 && bytes[0] == '/') {
      try {
        addDirectory(TypedPath.resolve(disk, bytes), places);
      } catch (DiskException | IllegalArgumentException _) {
        // It names no directory.
      }
    }
  }

  private void addDirectory(AbsolutePath place, Set<AbsolutePath> places) {
    if (place.belowRoot().isEmpty()) {
      return;
    }
    try {
      AbsolutePath real = disk.realPath(place);
      try (Directory _ = disk.openDirectory(real)) {
        places.add(real);
      }
    } catch (DiskException _) {
      // It is not there any more.
    }
  }

  @Override
  public void close() {
    if (open != null) {
      open.forEach(LiveTree::close);
    }
  }
}
