package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code install-boot}, and what it installs. */
final class BootIT {
  private static final String BOOT = "usr/local/lib/holdfast/holdfast-boot";

  @TempDir Path base;
  private GateRig rig;
  private Installed holdfast;
  private Path system;

  @BeforeEach
  void install() throws IOException, InterruptedException {
    rig = new GateRig(base);
    holdfast = rig.holdfast();
    system = Files.createDirectory(base.resolve("system"));
    holdfast.run("apply", rig.release("a"), "live").exits(0);
    holdfast.run("install-boot", "--sysv", "--destdir", system.toString()).exits(0);
  }

  private Invoked boot(String... options) throws IOException, InterruptedException {
    String[] command =
        Stream.concat(Stream.of(system.resolve(BOOT).toString()), Stream.of(options))
            .toArray(String[]::new);
    return holdfast.other(command).end();
  }

  @Test
  void withNothingPendingItIsASilentLook() throws IOException, InterruptedException {
    holdfast.with("HOLDFAST_PROGRAM", "/bin/false");
    assertThat(boot().exits(0)).satisfies(ended -> assertThat(ended.out() + ended.err()).isEmpty());
  }

  @Test
  void whatWasCutOffIsRecoveredBeforeServices() throws IOException, InterruptedException {
    rig.killHalfWay(rig.release("b"), "live");
    assertThat(boot().exits(0).err()).contains("recovering");
    assertThat(new TreeSet<>(GateRig.said(rig.folder().resolve("live")))).hasSize(1);
    assertThat(boot().exits(0).err()).isEmpty();
  }

  @Test
  void aRootThatIsNotThereIsNotClean() throws IOException, InterruptedException {
    Path live = rig.folder().resolve("live");
    Files.move(live, base.resolve("gone"));
    assertThat(boot().exits(1).err()).contains("work/live", "absent or not mounted", "the way out");
    Files.move(base.resolve("gone"), live);
    Files.move(rig.folder().resolve(".holdfast"), base.resolve("gone"));
    assertThat(boot().exits(1).err()).contains("work/live", "absent or not mounted");
    Files.move(base.resolve("gone"), rig.folder().resolve(".holdfast"));
    Files.move(base.resolve("state"), base.resolve("gone"));
    assertThat(boot().exits(1).err()).contains("there is no journal");
  }

  @Test
  void whereRecoveryIsImpossibleTheGateStaysShutAndAStrictBootWaits()
      throws IOException, InterruptedException {
    holdfast.run("apply", rig.release("a"), "other").exits(0);
    rig.killHalfWay(rig.release("b"), "live");
    Path lost = base.resolve("lost");
    Files.move(base.resolve("state/journal"), lost);
    assertThat(boot().exits(1).err()).contains("not clean", "an update was cut off", "the way out");
    rig.run("live", "--", "true").exits(125);
    rig.run("other", "--", "true").exits(0);

    Path person = base.resolve("person");
    Files.writeString(person, "#!/bin/sh\nmv " + lost + " " + base.resolve("state/journal") + "\n");
    holdfast.with("HOLDFAST_BOOT_SHELL", "sh " + person);
    assertThat(boot("--strict").exits(0).err()).contains("waits here for a person");
    rig.run("live", "--", "true").exits(0);
  }

  @Test
  void aThousandRootsCostAFewMilliseconds() throws IOException, InterruptedException {
    StringBuilder roots = new StringBuilder();
    Path many = Files.createDirectory(base.resolve("many"));
    holdfast
        .other(
            "sh",
            "-c",
            "cd "
                + many
                + " && for i in $(seq 1000); do mkdir -p r$i .holdfast/r$i; : >.holdfast/r$i/owner; : >.holdfast/r$i/gate; done")
        .end()
        .exits(0);
    for (int i = 1; i <= 1000; i++) {
      roots.append("%s/.holdfast/r%d\t%s/r%d\n".formatted(many, i, many, i));
    }
    Files.writeString(base.resolve("state/roots"), roots);
    holdfast.with("HOLDFAST_PROGRAM", "/bin/false");
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 20; i++) {
      long start = System.nanoTime();
      boot().exits(0);
      best = Math.min(best, System.nanoTime() - start);
    }
    System.out.printf("BootIT: a thousand clean roots in %.1f ms%n", best / 1e6);
    assertThat(best / 1_000_000).as("milliseconds").isLessThan(100);
    Files.createFile(many.resolve(".holdfast/r777/pending"));
    assertThat(boot().exits(1).err()).contains("many/r777");
  }

  @Test
  void namesAreBytes() throws IOException, InterruptedException {
    assertThat(
            holdfast
                .shell(
                    "d=$(printf 'a b\\n\\377%%41x'); mkdir \"$d\" && echo a >\"$d/f\" && $HOLDFAST apply release-a \"$d\"")
                .exits(0)
                .out())
        .contains("applied");
    assertThat(boot().exits(0).err()).isEmpty();
    holdfast.other("sh", "-c", "rm -r .holdfast/a*").end().exits(0);
    assertThat(boot().exits(1).err()).contains("work/a%20b%0A%FF%2541x");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--systemd", "--runit", "--s6", "--openrc", "--sysv"})
  void whatIsInstalledCanBeRemoved(String kind) throws IOException, InterruptedException {
    Path root = Files.createDirectory(base.resolve("root"));
    Files.createDirectories(root.resolve("etc"));
    for (String strict : List.of("--strict", "--json")) {
      List<String> installed =
          holdfast.run("install-boot", kind, strict, "--destdir", root.toString()).exits(0).lines();
      assertThat(installed).hasSizeGreaterThan(5);
      for (Path file : files(root)) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(text).as(file.toString()).doesNotContainPattern("@[A-Z_]+@");
        if (text.startsWith("#!/bin/sh")) {
          holdfast.other("dash", "-n", file.toString()).end().exits(0);
        }
      }
    }
    Path gate = root.resolve("usr/local/bin/holdfast-gate");
    holdfast.other(gate.toString(), "live", "--", "true").end().exits(0);
    Files.writeString(root.resolve("usr/local/lib/holdfast/run"), "mine");
    assertThat(holdfast.run("install-boot", kind, "--destdir", root.toString()).exits(3).err())
        .contains("somebody else's");
    holdfast.run("install-boot", "--remove", kind, "--destdir", root.toString()).exits(3);
    Files.delete(root.resolve("usr/local/lib/holdfast/run"));
    holdfast.run("install-boot", "--remove", kind, "--destdir", root.toString()).exits(0);
    assertThat(files(root)).isEmpty();
  }

  @Test
  void systemdAcceptsTheUnit() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd-analyze");
    for (String strict : List.of("--strict", "--json")) {
      Path root = base.resolve("unit" + strict);
      holdfast.run("install-boot", "--systemd", strict, "--destdir", root.toString()).exits(0);
      Path unit = root.resolve("etc/systemd/system/holdfast-recover.service");
      // The program is below the destination: for the check it has to be where the unit says.
      Files.writeString(
          unit,
          Files.readString(unit).replace("ExecStart=/", "ExecStart=" + root.resolve("") + "/"));
      Invoked checked =
          holdfast.other("systemd-analyze", "verify", "--man=no", unit.toString()).end().exits(0);
      assertThat(checked.out() + checked.err()).doesNotContain("holdfast");
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(path -> Files.isRegularFile(path) || Files.isSymbolicLink(path))
          .filter(path -> !Files.isSymbolicLink(path))
          .toList();
    }
  }
}
