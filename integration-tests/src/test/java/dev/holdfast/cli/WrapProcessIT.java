package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrapped command keeps what it was given, and sees no more than its changes. */
final class WrapProcessIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path live;

  @BeforeEach
  void makeTree() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root");
    live = holdfast.folder().resolve("live");
    Tree.write(live, "a", "one", "dir/b", "two");
  }

  @Test
  void itKeepsEverythingThatItWasGiven() throws Exception {
    String probe =
        "pwd; umask; printf '%s|' \"$@\"; echo; cat <&5; cat; tr '\\0' '\\n' </proc/$$/environ;"
            + " grep -E 'SigBlk|SigIgn' /proc/$$/status | sed 's/^SigIgn:\\t00000001[89]/SigIgn:\\t00000000/';"
            + " ulimit -n; ls /proc/$$/fd";
    Files.writeString(holdfast.folder().resolve("probe"), probe);
    Files.writeString(holdfast.folder().resolve("five"), "five\n");
    String around =
        "umask 027; trap '' HUP; cd live/dir; printf 'in\\0\\377' | env -i PATH=\"$PATH\""
            + " HOLDFAST_STATE=\"$HOLDFAST_STATE\" \"$(printf 'odd\\377=v\\n w')\" x.y=z";
    String arguments = " sh ../../probe \"$(printf 'a\\377\\nb')\" '' ' * ' 5<../../five";
    byte[] plain = output(around + arguments);
    byte[] wrapped =
        output(around + " $HOLDFAST run --root \"$PWD/..\" --result ../../result --" + arguments);
    assertThat(new String(wrapped, java.nio.charset.StandardCharsets.ISO_8859_1))
        .isEqualTo(new String(plain, java.nio.charset.StandardCharsets.ISO_8859_1));
    assertThat(holdfast.folder().resolve("result")).hasContent("holdfast: nothing to do");
  }

  /** Through a file, because what is compared is bytes. */
  private byte[] output(String script) throws Exception {
    holdfast.shell("exec >out 2>&1\n" + script);
    return Files.readAllBytes(holdfast.folder().resolve("out"));
  }

  @Test
  void theLiveTreeCannotBeReachedByAnotherPath() throws Exception {
    holdfast
        .run(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "find . -xdev -type f -name a -exec sed -i s/one/other/ {} +;"
                + " find . -xdev -name b -exec rm {} +; cat live/a; exit 1")
        .exits(1);
    assertThat(live.resolve("a")).hasContent("one");
    assertThat(live.resolve("dir/b")).hasContent("two");
    // What it changes by the root's own path counts, and nothing else.
    String found =
        holdfast
            .run("run", "--root", "live", "--", "sh", "-c", "find . -name a; echo new > live/a")
            .exits(0)
            .out();
    assertThat(found).isEqualTo("./live/a\n");
    assertThat(live.resolve("a")).hasContent("new");
  }

  @Test
  void noDaemonGetsByUnseen() throws Exception {
    String daemon =
        "(setsid sh -c '(sleep 0.2; echo late > live/late; exec 3>&-) &' </dev/null >/dev/null 2>&1 &)";
    for (int i = 0; i < 8; i++) {
      Invoked run =
          holdfast.run("run", "--root", "live", "--", "sh", "-c", daemon + "; rm -f live/late");
      assertThat(run.exit()).as(run.err()).isIn(0, 125);
      if (run.exit() == 0) {
        assertThat(live.resolve("late")).hasContent("late");
      }
      holdfast.shell("rm -f live/late");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP", "INT"})
  void signalsReachIt(String signal) throws Exception {
    Running run =
        holdfast.start(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "trap 'echo got > live/got; exit 0' "
                + signal
                + "; : > ready; while :; do sleep 0.1; done");
    for (int i = 0; !Files.exists(holdfast.folder().resolve("ready")); i++) {
      assertThat(i).isLessThan(1200);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    holdfast.shell("kill -" + signal + " " + run.process().pid()).exits(0);
    run.await().exits(0);
    assertThat(live.resolve("got")).hasContent("got");
  }

  @Test
  void aTerminalIsATerminalAndAnswersAreRead() throws Exception {
    assumeTrue(holdfast.shell("command -v script").exit() == 0, "script is not installed");
    String run = "$HOLDFAST run --ask --root live -- sh -c '\\''tty; read x; echo $x > live/n'\\''";
    Invoked yes =
        holdfast.shell(
            "export HOLDFAST; (echo word; sleep 3; echo y; sleep 1) | script -qec '"
                + run
                + "' /dev/null");
    yes.exits(0);
    assertThat(yes.out()).contains("/dev/pts/").contains("A n").contains("make these changes?");
    assertThat(live.resolve("n")).hasContent("word");
    Invoked no =
        holdfast.shell(
            "export HOLDFAST; (echo other; sleep 3; echo n; sleep 1) | script -qec '"
                + run
                + "' /dev/null");
    no.exits(125);
    assertThat(no.out()).contains("not approved; nothing was changed (exit 1)");
    assertThat(live.resolve("n")).hasContent("word");
  }

  @Test
  void aDryRunShowsAndChangesNothing() throws Exception {
    var before = Tree.of(live);
    Invoked run =
        holdfast.run(
            "run",
            "--dry-run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo x > live/a; rm -r live/dir; echo out");
    run.exits(0);
    assertThat(run.out()).isEqualTo("out\n");
    assertThat(run.err())
        .isEqualTo("M a\nD dir\nD dir/b\nholdfast: a dry run; nothing was changed\n");
    run =
        holdfast.run(
            "run", "--dry-run", "--patch", "--root", "live", "--", "sh", "-c", "echo x > live/a");
    assertThat(run.err()).contains("--- a/a\n+++ b/a\n").contains("-one\n").contains("+x\n");
    run =
        holdfast.run(
            "run", "--dry-run", "--json", "--root", "live", "--", "sh", "-c", "echo x > live/a");
    assertThat(Json.object(run.err())).containsEntry("operations", 1L);
    assertThat(Tree.of(live)).isEqualTo(before);
  }

  @Test
  void theResultAsJson() throws Exception {
    Invoked run =
        holdfast.run(
            "--json",
            "run",
            "--result",
            "result",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo x > live/a");
    run.exits(0);
    assertThat(run.err()).isEmpty();
    assertThat(holdfast.folder().resolve("result"))
        .hasContent("{\"id\":\"1\",\"state\":\"applied\",\"operations\":1,\"exit\":0}");
    holdfast
        .run("--json", "run", "--result", "result", "--root", "live", "--", "sh", "-c", "exit 9")
        .exits(9);
    assertThat(holdfast.folder().resolve("result"))
        .hasContent("{\"id\":\"2\",\"state\":\"rolled_back\",\"operations\":0,\"exit\":1}");
  }

  @Test
  void severalRootsAreOneTransaction() throws Exception {
    Tree.write(holdfast.folder().resolve("more"), "c", "three");
    holdfast
        .run(
            "run",
            "--root",
            "live",
            "--root",
            "more",
            "--",
            "sh",
            "-c",
            "mv more/c live/c; rm live/a; exit 1")
        .exits(1);
    assertThat(holdfast.folder().resolve("more/c")).exists();
    holdfast
        .run(
            "run",
            "--root",
            "live",
            "--root",
            "more",
            "--",
            "sh",
            "-c",
            "mv more/c live/c; rm live/a")
        .exits(0);
    assertThat(live.resolve("c")).hasContent("three");
    assertThat(live.resolve("a")).doesNotExist();
    assertThat(holdfast.folder().resolve("more/c")).doesNotExist();
  }

  @Test
  void aRootThatIsAMountPoint() throws Exception {
    holdfast.shell("mount -t tmpfs none live && echo one > live/a && mkdir live/in").exits(0);
    try {
      Invoked run =
          holdfast.run(
              "run",
              "--root",
              "live",
              "--",
              "sh",
              "-c",
              "ls -A live; echo two > live/a; rmdir live/in; echo new > live/n");
      run.exits(0);
      assertThat(run.out()).isEqualTo("a\nin\n");
      assertThat(live.resolve("a")).hasContent("two");
      assertThat(live.resolve("n")).hasContent("new");
      assertThat(live.resolve("in")).doesNotExist();
      holdfast.run("run", "--root", "live", "--", "sh", "-c", "cd live; rm -rf .[a-z]* *").exits(0);
      assertThat(live.resolve(".holdfast")).exists();
      assertThat(live.resolve("n")).doesNotExist();
    } finally {
      holdfast.shell("umount live");
    }
  }

  @Test
  void whatIsMountedInARootIsOneToo() throws Exception {
    holdfast
        .shell(
            "mkdir -p live/mnt/in && mount -t tmpfs none live/mnt/in && echo three > live/mnt/in/c"
                + " && mkdir live/mnt/in/service live/mnt/in/service/supervise"
                + " && mkfifo live/mnt/in/service/supervise/control")
        .exits(0);
    Running supervisor =
        supervisor(
            "cd live/mnt/in/service && : > ../../../../up && read word <supervise/control"
                + " && echo \"$word\" > ../../../../heard");
    try {
      assertThat(holdfast.run("run", "--root", "live", "--", "true").exits(125).err())
          .contains("another file system is mounted on " + live.resolve("mnt/in"))
          .contains("make it a root, too");
      String script =
          "test -z \"$(ls -A live/mnt/in | grep -v -e c -e service)\" && mv live/mnt/in/c live/c"
              + " && echo n > live/mnt/in/n && rm live/a && mkdir live/mnt/new"
              + " && echo d > live/mnt/in/service/supervise/control; exit ";
      String roots = "$HOLDFAST run --root live/mnt/in --root live -- sh -c '";
      holdfast.shell(roots + script.replace("echo d > ", "true ") + "6'").exits(6);
      assertThat(live.resolve("mnt/in/c")).hasContent("three");
      assertThat(live.resolve("a")).hasContent("one");
      holdfast.shell(roots + script + "0'").exits(0);
      assertThat(live.resolve("c")).hasContent("three");
      assertThat(live.resolve("mnt/in/n")).hasContent("n");
      assertThat(live.resolve("mnt/in/c")).doesNotExist();
      assertThat(live.resolve("a")).doesNotExist();
      assertThat(live.resolve("mnt/new")).isDirectory();
      supervisor.end();
      assertThat(holdfast.folder().resolve("heard")).hasContent("d");
      holdfast.run("undo", "last").exits(0);
      assertThat(live.resolve("mnt/in/c")).hasContent("three");
      assertThat(live.resolve("a")).hasContent("one");
    } finally {
      holdfast.shell("umount live/mnt/in");
    }
  }

  @Test
  void supervisorsAreReachedFromInside() throws Exception {
    // What runsv and s6-supervise do, as far as it matters: work in the service's directory.
    Running supervisor =
        supervisor(
            "mkdir -p live/web/supervise && mkfifo live/web/supervise/control && cd live/web"
                + " && : > ../../up && read word <supervise/control && echo \"$word\" > ../../heard");
    Invoked run =
        holdfast.run(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo run > live/web/run; echo d > live/web/supervise/control");
    run.exits(0);
    supervisor.end();
    assertThat(holdfast.folder().resolve("heard")).hasContent("d");
    assertThat(live.resolve("web/run")).hasContent("run");
    assertThat(holdfast.run("show", "last").lines())
        .noneMatch(line -> line.contains(" web/supervise"));
  }

  private Running supervisor(String script) throws Exception {
    Path out = Files.createTempFile(base, "s", ".out");
    Process process =
        new ProcessBuilder("sh", "-c", script)
            .directory(holdfast.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    for (int i = 0; !Files.exists(holdfast.folder().resolve("up")); i++) {
      assertThat(i).isLessThan(200);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return new Running(process, out, out);
  }

  @Test
  void confinedItWritesNowhereElse() throws Exception {
    Invoked run =
        holdfast.run(
            "run",
            "--confine",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo x > live/x && : > /dev/null && mktemp -d /run/hf.XXXX | xargs rmdir && echo no > /var/no");
    assertThat(run.exit()).isNotZero();
    assertThat(run.err()).contains("Read-only file system");
    assertThat(live.resolve("x")).doesNotExist();
    assertThat(Path.of("/var/no")).doesNotExist();
    holdfast
        .run("run", "--confine", "--root", "live", "--", "sh", "-c", "echo x > live/x")
        .exits(0);
    assertThat(live.resolve("x")).hasContent("x");
  }
}
