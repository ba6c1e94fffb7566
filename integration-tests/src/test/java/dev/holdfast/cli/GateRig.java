package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Releases of a directory whose files all say the same, updates that die half way, and the gate.
 */
final class GateRig {
  private static final int FILES = 30;
  private static final Map<Integer, Integer> MIDDLES = new ConcurrentHashMap<>();

  private final Installed holdfast;
  private final Path gate;

  GateRig(Path base) throws IOException {
    // Others are to reach what is tested: who may lock what is asked of the gate alone.
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
    holdfast = new Installed(base);
    gate = base.resolve("holdfast-gate");
    try (var script = GateRig.class.getResourceAsStream("services/holdfast-gate")) {
      Files.copy(Objects.requireNonNull(script), gate);
    }
    Files.setPosixFilePermissions(gate, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path program = holdfast.script();
    holdfast.with("HOLDFAST_PROGRAM", program.toString());
  }

  Installed holdfast() {
    return holdfast;
  }

  Path folder() {
    return holdfast.folder();
  }

  /** Writes a release: every file in it, and in its directory {@code sub}, says {@code word}. */
  String release(String word) throws IOException {
    Path release = folder().resolve("release-" + word);
    if (!Files.exists(release)) {
      for (int i = 0; i < FILES; i++) {
        Tree.write(release, "f" + i, word, "sub/f" + i, word);
      }
    }
    return release.toString();
  }

  /** Starts a gate in one of the shells that it is written for. */
  Running start(String shell, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(shell.split(" ")));
    command.add(gate.toString());
    command.addAll(Arrays.asList(words));
    return holdfast.other(command.toArray(String[]::new));
  }

  /** Runs a gate to its end. */
  Invoked run(String... words) throws IOException, InterruptedException {
    return start("sh", words).end();
  }

  Path gate() {
    return gate;
  }

  /** Kills an update in the middle of its visible changes. */
  void killHalfWay(String source, String target, String... options)
      throws IOException, InterruptedException {
    Path live = folder().resolve(target);
    int files = said(Path.of(source)).size();
    Integer middle = MIDDLES.get(files);
    if (middle == null) {
      middle = middle(source, live);
      MIDDLES.put(files, middle);
    }
    List<String> words = new ArrayList<>(List.of("apply", source, target));
    words.addAll(List.of(options));
    holdfast.killedAtRename(middle, words.toArray(String[]::new));
    assertThat(new TreeSet<>(said(live))).as("a mixture").hasSizeGreaterThan(1);
  }

  /** Returns which rename of an update is about the middle one of its exchanges. */
  private int middle(String source, Path live) throws IOException, InterruptedException {
    holdfast.run("apply", live.toString(), "twin").exits(0);
    Map<String, Integer> numbers = new HashMap<>();
    List<Integer> exchanges = new ArrayList<>();
    for (String rename : holdfast.renames("apply", source, "twin")) {
      int number = numbers.merge(rename.substring(0, rename.indexOf(' ')), 1, Integer::sum);
      if (rename.contains("RENAME_EXCHANGE")) {
        exchanges.add(number);
      }
    }
    assertThat(exchanges).hasSizeGreaterThan(10);
    return exchanges.get(exchanges.size() / 2);
  }

  /** Returns what the files below a directory say, in order. */
  static List<String> said(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      List<String> words = new ArrayList<>();
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isRegularFile(path) && !path.toString().contains("/.holdfast/")) {
          words.add(Files.readString(path));
        }
      }
      return words.stream().sorted().toList();
    }
  }
}
