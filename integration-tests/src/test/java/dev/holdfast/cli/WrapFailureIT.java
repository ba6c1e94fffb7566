package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever goes wrong with a wrapped command: one clear line, and nothing happened. */
final class WrapFailureIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path live;
  private SortedMap<String, String> before;

  @BeforeEach
  void makeTree() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root");
    live = holdfast.folder().resolve("live");
    Tree.write(live, "a", "one", "dir/b", "two");
    before = Tree.of(live);
    TimeUnit.MILLISECONDS.sleep(30);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    holdfast.shell("umount -l live 2>/dev/null; umount -l live/dir 2>/dev/null; true");
    holdfast.run("recover", "--check").exits(0);
    // An applied transaction's folder is put away by a later one.
    String litter =
        "cd .holdfast/live/tx 2>/dev/null && for d in *; do test -e \"$d\" -a ! -e \"$d/applied\""
            + " && echo \"$d\"; done";
    assertThat(holdfast.shell(litter).out()).as("litter").isEmpty();
    assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(base.toString());
  }

  private void untouched() throws IOException {
    assertThat(Tree.of(live)).isEqualTo(before);
  }

  private Invoked wrapped(String script) throws Exception {
    return holdfast.run("run", "--root", "live", "--children-wait", "1", "--", "sh", "-c", script);
  }

  @ParameterizedTest
  @CsvSource({"exit 3, 3", "kill -TERM $$, 143", "kill -KILL $$, 137", "exec no-such-program, 127"})
  void aCommandThatFailsChangesNothing(String end, int status) throws Exception {
    Invoked run = wrapped("rm -r live/dir; echo new > live/new; " + end);
    run.exits(status);
    assertThat(run.err())
        .endsWith(
            "holdfast: the command exited with " + status + "; nothing was changed (exit 1)\n");
    untouched();
    assertThat(holdfast.run("log").out()).contains("rolled_back");
  }

  @Test
  void programsThatAreNoneAreToldApart() throws Exception {
    holdfast.run("run", "--root", "live", "--", "no-such-program").exits(127);
    holdfast.run("run", "--root", "live", "--", "./live/a").exits(126);
    holdfast.run("run", "--root", "live", "--").exits(125);
    holdfast.run("run", "--", "true").exits(125);
    untouched();
  }

  @Test
  void childrenThatEndAreWaitedFor() throws Exception {
    wrapped("(sleep 0.5; echo late > live/late) & echo early > live/early").exits(0);
    assertThat(live.resolve("late")).hasContent("late");
    assertThat(live.resolve("early")).hasContent("early");
  }

  @Test
  void daemonsThatStayAreNamedAndEnded() throws Exception {
    Invoked run = wrapped("echo new > live/new; setsid sh -c 'exec sleep 4711' >/dev/null 2>&1 &");
    run.exits(125);
    assertThat(run.err().lines().reduce((_, last) -> last).orElseThrow())
        .startsWith("holdfast: still running after the command had ended, for 1 s: ")
        .containsPattern("[0-9]+ \\(sleep\\)")
        .endsWith("(exit 1)");
    assertThat(holdfast.shell("pgrep -f '[s]leep 4711'").exit()).isEqualTo(1);
    untouched();
  }

  @Test
  void whatIsMountedOverTheRootIsRefused() throws Exception {
    Invoked run = wrapped("mount -t tmpfs none live && echo new > live/new");
    run.exits(125);
    assertThat(run.err()).contains("the command mounted something on " + live);
    untouched();
    run = wrapped("echo new > live/new && mount -t tmpfs none live/dir");
    run.exits(125);
    assertThat(run.err()).contains("the command mounted something on " + live.resolve("dir"));
    untouched();
    run = wrapped("echo new > live/new && umount live");
    assertThat(run.exit()).isNotZero();
    untouched();
  }

  @Test
  void theRootItselfCannotGo() throws Exception {
    wrapped("rm -rf live").exits(1);
    untouched();
    wrapped("rm -rf live; chmod 0 live; true").exits(0);
    assertThat(Tree.of(live)).hasSize(1);
    holdfast.run("undo", "last").exits(0);
    assertThat(Tree.of(live)).isEqualTo(before);
  }

  @Test
  void rootsThatCannotBeAreNamed() throws Exception {
    assertThat(holdfast.run("run", "--root", "/", "--", "true").exits(125).err())
        .contains("/ cannot be a root; name the directories");
    assertThat(holdfast.run("run", "--root", "/usr", "--", "true").exits(125).err())
        .contains("/usr holds /usr/bin/umount, which is needed to end the isolation");
    assertThat(holdfast.run("run", "--root", "gone", "--", "true").exits(125).err())
        .contains("gone does not exist");
    assertThat(holdfast.run("run", "--root", "live/a", "--", "true").exits(125).err())
        .contains("live/a is not a directory");
    assertThat(
            holdfast
                .run("run", "--root", "live", "--root", "live/dir", "--", "true")
                .exits(125)
                .err())
        .contains("contains the other root");
    holdfast.shell("mount -t tmpfs none live/dir").exits(0);
    assertThat(holdfast.run("run", "--root", "live", "--", "true").exits(125).err())
        .contains("another file system is mounted on " + live.resolve("dir"));
    holdfast
        .shell("umount live/dir; mount --bind live live; mount -o remount,bind,ro live")
        .exits(0);
    assertThat(holdfast.run("run", "--root", "live", "--", "true").exits(125).err())
        .contains("read-only");
    holdfast.shell("umount live").exits(0);
    untouched();
  }

  @Test
  void withoutNamespacesItSaysWhatIsMissing() throws Exception {
    Invoked run =
        holdfast.shell(
            "unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_mnt_namespaces && exec \"$0\" \"$@\"'"
                + " $HOLDFAST run --root live -- true");
    run.exits(125);
    assertThat(run.err()).contains("namespace can be had here").contains("--isolate copy");
    untouched();
  }

  @Test
  void whatIsChangedBehindItsBackIsAConflict() throws Exception {
    Running run =
        holdfast.start(
            "run", "--root", "live", "--", "sh", "-c", "echo mine >> live/a; : > ready; cat");
    await(holdfast.folder().resolve("ready"));
    Files.writeString(live.resolve("a"), "theirs");
    Invoked ended = run.end().exits(125);
    assertThat(ended.err())
        .contains("changed by somebody else since the transaction began: " + live.resolve("a"))
        .contains("(exit 3)");
    assertThat(live.resolve("a")).hasContent("theirs");
  }

  @Test
  void whatOthersChangeElsewhereStays() throws Exception {
    Running run =
        holdfast.start(
            "run", "--root", "live", "--", "sh", "-c", "echo mine >> live/a; : > ready; cat");
    await(holdfast.folder().resolve("ready"));
    Files.writeString(live.resolve("dir/b"), "theirs");
    Files.writeString(live.resolve("dir/new"), "theirs");
    run.end().exits(0);
    assertThat(live.resolve("dir/b")).hasContent("theirs");
    assertThat(live.resolve("dir/new")).hasContent("theirs");
    assertThat(live.resolve("a")).hasContent("onemine");
  }

  @Test
  void whereOthersAddSomethingTheTimeDoesNotGoBack() throws Exception {
    holdfast
        .shell("mkdir live/more live/less; echo x > live/more/x; echo y > live/less/y")
        .exits(0);
    TimeUnit.MILLISECONDS.sleep(30);
    Running run =
        holdfast.start(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo mine > live/dir/mine; echo mine >> live/more/x; touch live/less; : > ready; cat");
    await(holdfast.folder().resolve("ready"));
    TimeUnit.MILLISECONDS.sleep(30);
    for (String name : new String[] {"new", "dir/new", "more/new", "less/new"}) {
      Files.writeString(live.resolve(name), "theirs");
    }
    run.end().exits(0);
    for (String name : new String[] {"new", "dir/new", "more/new", "less/new"}) {
      Path theirs = live.resolve(name);
      assertThat(Files.getLastModifiedTime(theirs.getParent()))
          .as("the time of what holds " + name)
          .isGreaterThanOrEqualTo(Files.getLastModifiedTime(theirs));
    }
  }

  @Test
  void onACopyNothingOfTheirsIsTakenBack() throws Exception {
    Tree.write(live, "gone", "1", "moved/x", "2", "swapped/y", "3", "other/y", "4", "held/z", "5");
    TimeUnit.MILLISECONDS.sleep(30);
    Running run =
        holdfast.start(
            "run",
            "--isolate",
            "copy",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "echo mine > $HOLDFAST_ROOT/mine; echo more >> $HOLDFAST_ROOT/swapped/y; : > ready;"
                + " cat");
    await(holdfast.folder().resolve("ready"));
    holdfast
        .shell(
            "cd live; rm gone; mkdir made; mv moved away; chmod 700 held;"
                + " mv swapped old; mv other swapped")
        .exits(0);
    before = Tree.of(live);
    Invoked ended = run.end().exits(125);
    List<String> named =
        List.of(
            ended.err().replaceAll("(?s).*began: |; nothing was changed.*", "").split(", ", -1));
    for (String theirs : List.of("gone", "made", "moved", "away", "held", "swapped/y", "old")) {
      assertThat(named).contains(live.resolve(theirs).toString());
    }
    assertThat(ended.err()).contains("(exit 3)");
    untouched();
  }

  @Test
  void killedTogetherTheyLeaveWhatRecoveryRemoves() throws Exception {
    Running run =
        holdfast.start(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "rm -r live/dir; dd if=/dev/zero of=live/big bs=1M count=20 2>/dev/null; : > ready;"
                + " sleep 600");
    await(holdfast.folder().resolve("ready"));
    run.process().destroyForcibly().waitFor();
    untouched();
    for (int i = 0; holdfast.shell("pgrep -f '[s]leep 600'").exit() == 0; i++) {
      assertThat(i).as("what the command started goes on").isLessThan(600);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    holdfast.run("recover").exits(0);
    untouched();
  }

  @Test
  void aFullDiskChangesNothing() throws Exception {
    holdfast.shell("mount -t tmpfs -o size=4m none live && echo one > live/a").exits(0);
    wrapped("true").exits(0); // makes its control directory, which is in it
    before = Tree.of(live);
    Invoked run = wrapped("head -c 9000000 /dev/zero > live/big");
    run.exits(1);
    untouched();
    assertThat(holdfast.shell("ls live/.holdfast/tx").out()).isEmpty();
    // The command does not notice: then the journal and the plan may not fit, or all is well.
    wrapped("echo fits > live/small").exits(0);
    assertThat(live.resolve("small")).hasContent("fits");
    holdfast.run("root", "forget", "live").exits(0);
    holdfast.shell("umount live").exits(0);
  }

  private static void await(Path file) throws Exception {
    for (int i = 0; !Files.exists(file); i++) {
      assertThat(i).as("no " + file).isLessThan(1200);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
