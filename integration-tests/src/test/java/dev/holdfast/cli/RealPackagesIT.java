package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Upgrades the trees of real packages, two versions of each fetched from Debian when the test runs,
 * kills the program at a rename, and lets rsync judge: old or new, in every byte and attribute.
 */
class RealPackagesIT {
  private static final long SEED = Long.getLong("holdfast.seed", 20261122L);
  private static final int KILLS = Integer.getInteger("holdfast.kills", 3);

  @TempDir Path base;

  @BeforeAll
  static void needsTheToolsAndDebian() throws Exception {
    assumeTrue(
        "0".equals(output(Path.of("/"), "id", "-u").strip()), "unpacks setuid files: needs root");
    for (String tool : List.of("apt-get", "apt-cache", "dpkg-deb", "strace", "rsync")) {
      assumeTrue(
          run(Path.of("/"), "sh", "-c", "command -v " + tool) == 0, tool + " is not installed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sudo", "openssl", "git"})
  void anUpgradeKilledAtAnyRenameIsOldOrNew(String name) throws Exception {
    List<Path> versions = twoVersions(name);
    Path older = versions.get(0);
    Path newer = versions.get(1);
    Installed program = new Installed(base);
    Path live = program.folder().resolve("live");
    program.run("apply", older.toString(), live.toString()).exits(0);
    assertThat(differences(older, live)).isEmpty();

    int renames = countRenames(program, newer, live);
    assertThat(differences(newer, live)).isEmpty();
    program.run("apply", older.toString(), live.toString()).exits(0);

    Random random = new Random(SEED);
    int mixtures = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      // The second half of the renames are those of the apply phase.
      int at = renames / 2 + random.nextInt(renames - renames / 2) + 1;
      program.shell(
          "exec strace -f -qq -o /dev/null -e trace=renameat2"
              + " -e inject=renameat2:signal=KILL:when="
              + at
              + " $HOLDFAST apply '"
              + newer
              + "' '"
              + live
              + "'");
      boolean mixed = !differences(older, live).isEmpty() && !differences(newer, live).isEmpty();
      mixtures += mixed ? 1 : 0;
      program.run("recover").exits(0);
      List<String> fromOld = differences(older, live);
      List<String> fromNew = differences(newer, live);
      assertThat(fromOld.isEmpty() || fromNew.isEmpty())
          .as(
              "%s, seed %s, killed at rename %s of %s; differs from the old in %s, from the new in"
                  + " %s",
              name, SEED, at, renames, fromOld, fromNew)
          .isTrue();
      program.run("recover", "--check").exits(0);
      program.run("apply", older.toString(), live.toString()).exits(0);
    }
    System.out.println(
        name + ": " + KILLS + " kills at renames, " + mixtures + " left a mixture to recover");
    assertThat(mixtures).as("kills that landed between the first and last change").isPositive();
  }

  @Test
  void anUpgradeIsTakenBackExactly() throws Exception {
    List<Path> versions = twoVersions("sudo");
    Installed program = new Installed(base);
    Path live = program.folder().resolve("live");
    program.run("apply", versions.get(0).toString(), live.toString()).exits(0);
    program.run("apply", versions.get(1).toString(), live.toString()).exits(0);
    program.run("undo", "last").exits(0);
    assertThat(differences(versions.get(0), live)).isEmpty();
  }

  private int countRenames(Installed program, Path newer, Path live) throws Exception {
    Path log = base.resolve("renames");
    program
        .shell(
            "exec strace -f -qq -o '"
                + log
                + "' -e trace=renameat2 $HOLDFAST apply '"
                + newer
                + "' '"
                + live
                + "'")
        .exits(0);
    try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
      return (int) lines.filter(line -> line.contains("renameat2(")).count();
    }
  }

  /** Downloads and unpacks the oldest and the newest version that Debian serves. */
  private List<Path> twoVersions(String name) throws Exception {
    String question = "apt-cache madison " + name + " | awk '{print $3}' | sort -uV";
    if (output(base, "sh", "-c", question).isBlank()) {
      run(base, "apt-get", "-q", "update"); // A new machine knows no packages yet.
    }
    List<String> versions = output(base, "sh", "-c", question).lines().toList();
    assumeTrue(versions.size() >= 2, "Debian serves one version of " + name + " only");
    List<Path> trees = new ArrayList<>();
    for (String version : List.of(versions.getFirst(), versions.getLast())) {
      Path folder = Files.createDirectory(base.resolve(name + "-" + trees.size()));
      assumeTrue(
          run(folder, "apt-get", "-q", "download", name + "=" + version) == 0,
          "cannot fetch " + name + " " + version);
      Path tree = Files.createDirectory(folder.resolve("tree"));
      assertThat(run(folder, "sh", "-c", "dpkg-deb -x ./*.deb tree")).isZero();
      trees.add(tree);
    }
    return trees;
  }

  private static List<String> differences(Path expected, Path live) throws Exception {
    return output(
            Path.of("/"), "rsync", "-aHAXSni", "--checksum", "--delete", expected + "/", live + "/")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private static int run(Path folder, String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private static String output(Path folder, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return text;
  }
}
