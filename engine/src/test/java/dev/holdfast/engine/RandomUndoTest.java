package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random trees, random transactions, taken back one after the other: each state comes again. */
class RandomUndoTest {
  private static final int SEEDS = 12;
  private static final int TRANSACTIONS = 4;
  private static final int CHANGES = 8;
  private static final List<String> NAMES = List.of("a", "b", "c", "d");

  @TempDir Path folder;

  @Test
  void restoresEveryEarlierState() throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      Path place = Files.createDirectory(folder.resolve("seed" + seed));
      new Run(place, new Random(seed), "seed " + seed).run();
    }
  }

  private static final class Run {
    private final Path live;
    private final Path state;
    private final Random random;
    private final String description;
    private final Deque<Map<RelativePath, String>> states = new ArrayDeque<>();
    private final Deque<Long> transactions = new ArrayDeque<>();

    Run(Path place, Random random, String description) {
      this.live = place.resolve("live");
      this.state = place.resolve("state");
      this.random = random;
      this.description = description;
    }

    void run() throws IOException {
      Files.createDirectory(live);
      makeTree(live, 0);
      link();
      age();
      try (Holdfast holdfast = Holdfast.open(state)) {
        Root root = holdfast.root(live);
        for (int i = 0; i < TRANSACTIONS; i++) {
          Map<RelativePath, String> before = TreeState.of(live);
          try (Transaction tx = holdfast.begin(Options.message("random"), root)) {
            for (int change = 0; change < CHANGES; change++) {
              try {
                change(tx, root);
              } catch (DiskException | RefusedException _) {
                // Not possible as things are; the next one may be.
              }
            }
            tx.commit()
                .sequence()
                .ifPresent(sequence -> {
                  states.push(before);
                  transactions.push(sequence);
                });
          }
        }
        Map<RelativePath, String> last = TreeState.of(live);
        Deque<Long> undone = new ArrayDeque<>();
        Deque<Map<RelativePath, String>> later = new ArrayDeque<>(List.of(last));
        while (!transactions.isEmpty()) {
          long sequence = transactions.pop();
          holdfast
              .undo(sequence, Options.message(""), Progress.NONE)
              .sequence()
              .ifPresent(undone::push);
          Map<RelativePath, String> expected = states.pop();
          assertThat(TreeState.of(live)).as("%s, %s", description, sequence).isEqualTo(expected);
          later.push(expected);
        }
        while (!undone.isEmpty()) {
          later.pop();
          long sequence = undone.pop();
          holdfast.undo(sequence, Options.message(""), Progress.NONE);
          assertThat(TreeState.of(live))
              .as("%s, redo %s", description, sequence)
              .isEqualTo(later.peek());
        }
      }
    }

    private void makeTree(Path directory, int depth) throws IOException {
      for (String name : NAMES) {
        Path path = directory.resolve(name);
        switch (random.nextInt(5)) {
          case 0 -> {}
          case 1 -> Files.createSymbolicLink(path, Path.of("to-" + random.nextInt(9)));
          case 2, 3 -> Files.writeString(path, "made " + random.nextInt(99));
          default -> {
            Files.createDirectory(path);
            if (depth < 2) {
              makeTree(path, depth + 1);
            }
          }
        }
      }
    }

    private List<Path> all() throws IOException {
      try (Stream<Path> walk = Files.walk(live)) {
        return walk.filter(path -> !path.equals(live)).sorted().toList();
      }
    }

    private void link() throws IOException {
      List<Path> files =
          all().stream().filter(p -> Files.isRegularFile(p) && !Files.isSymbolicLink(p)).toList();
      List<Path> directories =
          new ArrayList<>(
              all().stream().filter(p -> Files.isDirectory(p, LinkOption.NOFOLLOW_LINKS)).toList());
      directories.add(live);
      for (int i = 0; i < 3 && !files.isEmpty(); i++) {
        Path file = files.get(random.nextInt(files.size()));
        Files.createLink(
            directories.get(random.nextInt(directories.size())).resolve("l" + i), file);
      }
    }

    private void age() throws IOException {
      for (Path path : all().reversed()) {
        if (!Files.isSymbolicLink(path)) {
          Files.setLastModifiedTime(
              path, FileTime.from(Instant.ofEpochSecond(1_000_000_000, random.nextInt(999))));
        }
      }
      Files.setLastModifiedTime(live, FileTime.from(Instant.ofEpochSecond(900_000_000)));
    }

    /** Mostly a path that was there before the transaction. */
    private String path() throws IOException {
      List<Path> present = random.nextInt(4) == 0 ? List.of() : all();
      if (!present.isEmpty()) {
        return live.relativize(present.get(random.nextInt(present.size()))).toString();
      }
      StringBuilder path = new StringBuilder();
      for (int depth = random.nextInt(3); depth >= 0; depth--) {
        path.append(path.isEmpty() ? "" : "/")
            .append(
                random.nextInt(8) == 0
                    ? "l" + random.nextInt(3)
                    : NAMES.get(random.nextInt(NAMES.size())));
      }
      return path.toString();
    }

    /** Links have neither a mode nor attributes of users. */
    private static boolean isPlain(Transaction tx, Root root, String path) throws IOException {
      return tx.facts(root, RelativePath.of(path))
          .filter(facts -> facts.type() != FileType.SYMLINK)
          .isPresent();
    }

    private void change(Transaction tx, Root root) throws IOException {
      String path = path();
      switch (random.nextInt(8)) {
        case 0, 1 -> tx.write(root, path, ("new " + random.nextInt(99)).getBytes(UTF_8));
        case 2 -> tx.makeDirectory(root, path);
        case 3 -> tx.deleteTree(root, path);
        case 4 -> tx.move(root, path, path());
        case 5 -> {
          if (isPlain(tx, root, path)) {
            tx.setMode(root, path, 0600 + random.nextInt(0100));
          }
        }
        case 6 -> tx.makeSymbolicLink(root, path, "elsewhere".getBytes(UTF_8));
        default -> {
          if (isPlain(tx, root, path)) {
            tx.setExtendedAttribute(root, path, "user.n", new byte[] {(byte) random.nextInt()});
          }
        }
      }
    }
  }
}
