package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.MountedFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code selftest}, as a process: it proves, it catches mistakes, and it leaves nothing behind. */
final class SelftestIT {
  private static final String REPRODUCE = "  reproduce: holdfast selftest ";

  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void install() throws IOException {
    holdfast = new Installed(base);
  }

  @ParameterizedTest
  @CsvSource({"ext4, 64, -F", "xfs, 320, -f", "btrfs, 256, -f"})
  void findsNoViolationOnARealFileSystem(String type, int megabytes, String force)
      throws IOException, InterruptedException {
    try (MountedFileSystem mounted =
        MountedFileSystem.make(base, megabytes, List.of("mkfs." + type, "-q", force))) {
      List<Path> before = entries(mounted.point());
      Map<String, @Nullable Object> result =
          Json.object(
              holdfast
                  .run("selftest", mounted.point().toString(), "--crashes", "10", "--json")
                  .exits(0)
                  .out());
      assertThat(result).containsEntry("file_system", type).containsEntry("violations", List.of());
      assertThat(result).containsEntry("crashes", 10L).containsKey("seed");
      assertThat((Long) result.get("in_window")).isGreaterThanOrEqualTo(3);
      assertThat(entries(mounted.point())).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EARLY_TOKEN", "LATE_MARKER"})
  void catchesAMistakeAndSaysHowToSeeItAgain(String mistake)
      throws IOException, InterruptedException {
    Invoked found = mutant(mistake, "--crashes", "40", "--seed", "7").exits(1);
    assertThat(found.out()).contains("VIOLATION: killed at ", "seed 7");
    String line =
        found.lines().stream().filter(each -> each.startsWith(REPRODUCE)).findFirst().orElseThrow();
    assertThat(kept()).isNotEmpty();
    String crash = line.substring(line.lastIndexOf(' ') + 1);
    assertThat(mutant(mistake, "--seed", "7", "--only", crash).exits(1).out())
        .contains("VIOLATION: killed at " + crash);
  }

  @Test
  void survivesPowerLossOnAnImage() throws IOException, InterruptedException {
    try (MountedFileSystem mounted =
        MountedFileSystem.make(base, 64, List.of("mkfs.ext4", "-q", "-F"))) {
      List<Path> before = entries(mounted.point());
      Map<String, @Nullable Object> result =
          Json.object(
              holdfast
                  .run(
                      "selftest",
                      mounted.point().toString(),
                      "--power-loss",
                      "--crashes",
                      "24",
                      "--json")
                  .exits(0)
                  .out());
      assertThat(result).containsEntry("file_system", "ext4").containsEntry("power_loss", true);
      assertThat(result).containsEntry("violations", List.of());
      assertThat((Long) result.get("crashes")).isGreaterThanOrEqualTo(24 - 2);
      assertThat((Long) result.get("in_window")).isPositive();
      assertThat(entries(mounted.point())).isEqualTo(before);
    }
    assertThat(holdfast.run("selftest", "/dev/shm", "--power-loss").exits(5).err())
        .contains("knows ext4, xfs and btrfs");
  }

  @Test
  void leavesNothingBehindWhenItIsInterrupted() throws IOException, InterruptedException {
    Running running = holdfast.start("selftest");
    while (kept().isEmpty() || entries(kept().getFirst()).size() < 3) {
      assertThat(running.process().isAlive()).isTrue();
      TimeUnit.MILLISECONDS.sleep(100);
    }
    holdfast.shell("kill -INT " + running.process().pid()).exits(0);
    assertThat(running.await().exits(130).out()).contains("interrupted");
    assertThat(kept()).isEmpty();
  }

  @Test
  void keepsOutOfARootUnderCare() throws IOException, InterruptedException {
    Tree.write(holdfast.folder().resolve("new"), "run", "one");
    holdfast.run("apply", "new", "live").exits(0);
    Map<String, String> before = Tree.of(holdfast.folder().resolve("live"));
    assertThat(holdfast.run("selftest", "live", "--only", "apply:1").exits(0).out())
        .contains("1 crashes", "in " + holdfast.folder() + ";");
    assertThat(Tree.of(holdfast.folder().resolve("live"))).isEqualTo(before);
    assertThat(kept()).isEmpty();
  }

  @Test
  void refusesWhatItCannotDo() throws IOException, InterruptedException {
    assertThat(holdfast.run("selftest", "--only", "nothing:1").exits(2).err()).contains("nothing");
    assertThat(holdfast.run("selftest", "--only", "apply").exits(2).err()).contains("apply");
    holdfast.run("selftest", "--crashes", "0").exits(2);
    assertThat(holdfast.run("selftest", "absent").exits(5).err()).contains("absent");
    assertThat(kept()).isEmpty();
  }

  private Invoked mutant(String mistake, String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env", "MISTAKE=" + mistake));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.holdfast.cli.MutantSelftest"));
    command.addAll(List.of(words));
    return holdfast.other(command.toArray(String[]::new)).end();
  }

  /** Returns the folders of self-tests. */
  private List<Path> kept() throws IOException {
    return entries(holdfast.folder()).stream()
        .filter(path -> path.getFileName().toString().startsWith("holdfast-selftest-"))
        .toList();
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
