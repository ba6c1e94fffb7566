package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that outlive the process: begun, worked in, looked at, committed or dropped. */
final class OpenTransactionIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path live;

  @BeforeEach
  void makeTree() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root");
    live = holdfast.folder().resolve("live");
    Tree.write(live, "a", "one\n", "dir/b", "two\n");
    Tree.write(holdfast.folder().resolve("more"), "c", "three\n");
    holdfast.shell("ln live/a live/also").exits(0);
    TimeUnit.MILLISECONDS.sleep(30);
  }

  private Invoked exec(String script) throws Exception {
    return holdfast.run("exec", "1", "--", "sh", "-c", script);
  }

  @Test
  void aBatchBecomesVisibleAsAWhole() throws Exception {
    assertThat(
            holdfast.run("begin", "--root", "live", "--root", "more", "-m", "batch").exits(0).out())
        .isEqualTo("1\n");
    exec("echo more >> live/a; mv live/dir live/moved; echo n > more/n").exits(0);
    exec("rm -r live/moved more/c; exit 3").exits(3);
    // One that is cut off: what is left of it must not count.
    Running cut =
        holdfast.start("exec", "1", "--", "sh", "-c", "rm -r live/*; : > ready; sleep 600");
    for (int i = 0; !Files.exists(holdfast.folder().resolve("ready")); i++) {
      assertThat(i).isLessThan(1200);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    cut.process().destroyForcibly().waitFor();
    holdfast.run("recover").exits(0);
    // The second command sees what the first one did, under every name of a file.
    assertThat(
            exec("cat live/also live/moved/b; stat -c %h live/a; echo again >> live/also; rm"
                    + " more/c; cat more/n")
                .exits(0)
                .out())
        .isEqualTo("one\nmore\ntwo\n2\nn\n");
    assertThat(live.resolve("a")).hasContent("one");
    assertThat(live.resolve("dir/b")).exists();
    assertThat(holdfast.run("diff", "1").exits(0).lines())
        .containsExactly(
            "M " + live.resolve("a"),
            "M " + live.resolve("also"),
            "R " + live.resolve("dir") + " -> " + live.resolve("moved"),
            "D " + holdfast.folder().resolve("more/c"),
            "A " + holdfast.folder().resolve("more/n"));
    holdfast.run("diff", "1", "--exit-code").exits(1);
    assertThat(holdfast.run("diff", "1", "--patch").exits(0).out()).contains("+again\n");
    assertThat(holdfast.run("commit", "1").exits(0).out()).startsWith("applied as transaction 1: ");
    assertThat(live.resolve("a")).hasContent("one\nmore\nagain\n");
    assertThat(holdfast.shell("test live/a -ef live/also").exit()).isZero();
    assertThat(holdfast.shell("stat -c %h live/a").out()).isEqualTo("2\n");
    assertThat(holdfast.folder().resolve("more/c")).doesNotExist();
    holdfast.run("undo", "1").exits(0);
    assertThat(live.resolve("also")).hasContent("one\n");
    assertThat(live.resolve("dir/b")).hasContent("two\n");
    assertThat(holdfast.folder().resolve("more/c")).exists();
  }

  @Test
  void theLastCommandsTimesCount() throws Exception {
    assumeTrue(holdfast.shell("command -v rsync").exit() == 0, "rsync is not installed");
    holdfast.run("begin", "--root", "live").exits(0);
    exec("touch live/dir/new; chmod 700 live/dir").exits(0);
    exec("rm -r live/dir").exits(0);
    exec("mkdir live/dir; echo 3 > live/dir/b; touch -d @5 live/dir;"
            + " rsync -aHAXS --modify-window=-1 live/ seen/")
        .exits(0);
    holdfast.run("commit", "1").exits(0);
    assertThat(
            holdfast
                .shell("rsync -aHAXSni --modify-window=-1 --checksum --delete seen/ live/")
                .exits(0)
                .out())
        .isEmpty();
  }

  @Test
  void othersAreKeptOutWhileItIsOpen() throws Exception {
    holdfast.run("begin", "--root", "live").exits(0);
    exec("echo mine > live/mine").exits(0);
    Tree.write(holdfast.folder().resolve("source"), "x", "y");
    Invoked apply = holdfast.run("apply", "source", "live").exits(3);
    assertThat(apply.err()).contains("transaction 1 is open there");
    assertThat(holdfast.run("log").lines()).as("a refusal is no transaction").hasSize(1);
    assertThat(holdfast.run("begin", "--root", "live").exits(3).err()).contains("transaction 1");
    assertThat(holdfast.run("run", "--root", "live", "--", "true").exits(125).err())
        .contains("transaction 1 is open there")
        .contains("(exit 3)");
    holdfast.run("abort", "1").exits(0);
    assertThat(live.resolve("mine")).doesNotExist();
    holdfast.run("apply", "source", "live").exits(0);
    assertThat(holdfast.run("commit", "1").exits(1).err()).contains("not open");
    assertThat(holdfast.shell("ls live/../.holdfast/live/tx | wc -l").out().strip()).isIn("0", "1");
  }

  @Test
  void aConflictIsNamedAndNothingIsLost() throws Exception {
    holdfast.run("begin", "--root", "live").exits(0);
    exec("echo mine > live/dir/b; echo x > live/x").exits(0);
    Files.writeString(live.resolve("dir/b"), "theirs");
    Invoked commit = holdfast.run("commit", "1").exits(3);
    assertThat(commit.err()).contains(live.resolve("dir/b").toString());
    assertThat(live.resolve("x")).doesNotExist();
    assertThat(live.resolve("dir/b")).hasContent("theirs");
    // It is open as before, and can be gone on with.
    exec("cat live/x; rm live/x").exits(0);
    assertThat(holdfast.run("status").out()).contains("open:");
    holdfast.run("abort", "1").exits(0);
    assertThat(live.resolve("dir/b")).hasContent("theirs");
  }

  /** What we do, what they do behind our back, and what must be named then: each in its folder. */
  private static final List<List<String>> CONFLICTS =
      List.of(
          List.of("chmod 600 secret", "rm secret", "secret"),
          List.of("echo more >> secret", "mv secret kept", "secret"),
          List.of("mv secret there", "rm secret", "there"),
          List.of("echo more >> dir/b", "mv dir dir.old", "dir"),
          List.of("echo n > dir/n", "mv dir dir.old", "dir"),
          List.of("rm dir/b", "mv dir dir.old; cp -a dir.old dir", "dir"),
          List.of("echo n > dir/n", "mv dir dir.old; mv new dir", "dir"),
          List.of("echo more >> dir/b", "mv dir dir.old; mv new dir; echo t > dir/b", "dir"),
          List.of("rm -r dir", "mv new/inner dir/inner", "dir"),
          List.of("rm -r dir", "mv dir dir.old; mv new dir", "dir"),
          List.of("rm -r dir; mkdir dir", "mv dir dir.old; mv new dir", "dir"),
          List.of("rm -r dir; echo file > dir", "mv dir dir.old; mv new dir", "dir"),
          List.of("mv dir moved", "mv dir dir.old; mv new dir", "dir"),
          List.of("echo more >> also", "rm also", "also"),
          List.of("echo more >> also", "rm also a far/c", "also"),
          List.of("echo more >> also", "mv far far.old", "far"));

  private static final String MAKE =
      "echo one > a; ln a also; mkdir dir far new new/inner; ln a far/c; echo two > dir/b;"
          + " echo s > secret; echo x > new/x; echo y > new/inner/y";

  @Test
  void whatTheyMovedOrDeletedDoesNotComeBack() throws Exception {
    StringBuilder make = new StringBuilder("set -e\n");
    StringBuilder ours = new StringBuilder("set -e\n");
    StringBuilder theirs = new StringBuilder("set -e\n");
    for (int i = 0; i < CONFLICTS.size(); i++) {
      String in = "(mkdir -p live/" + i + "; cd live/" + i + "; ";
      make.append(in).append(MAKE).append(")\n");
      ours.append(in).append(CONFLICTS.get(i).getFirst()).append(")\n");
      theirs.append(in).append(CONFLICTS.get(i).get(1)).append(")\n");
    }
    holdfast.shell(make.toString()).exits(0);
    TimeUnit.MILLISECONDS.sleep(30);
    holdfast.run("begin", "--root", "live").exits(0);
    exec(ours.toString()).exits(0);
    // Looking at the layers takes nothing away that the commit has to know.
    holdfast.run("diff", "1").exits(0);
    holdfast.shell(theirs.toString()).exits(0);
    SortedMap<String, String> before = Tree.of(live);
    Invoked commit = holdfast.run("commit", "1").exits(3);
    List<String> named =
        List.of(
            commit.err().replaceAll("(?s).*began: |; nothing was changed.*", "").split(", ", -1));
    for (int i = 0; i < CONFLICTS.size(); i++) {
      assertThat(named)
          .as("%s", CONFLICTS.get(i))
          .contains(live.resolve(i + "/" + CONFLICTS.get(i).get(2)).toString());
    }
    assertThat(Tree.of(live)).isEqualTo(before);
    // Or the root as a whole.
    holdfast.shell("mv live live.old; mkdir live; echo theirs > live/theirs").exits(0);
    commit = holdfast.run("commit", "1").exits(3);
    assertThat(commit.err()).contains(" began: " + live + ";");
    assertThat(Tree.of(live)).containsOnlyKeys("", "theirs");
  }

  private static final List<String> MOVES =
      List.of(
          "mv secret there; echo more >> there",
          "mv secret t; mv dir/b secret; mv t dir/b",
          "mv dir/b keep; rm -r dir; mkdir dir; mv keep dir/c",
          "mv dir/b keep; echo k >> keep; rm -r dir; echo file > dir",
          "ln a dir/link; rm a; echo more >> also",
          "echo 1 > secret; rm secret; echo 2 > secret",
          "cp secret t; echo x >> t; mv t secret",
          "mkdir n; mv secret n/s; ln n/s dir/s; rm n/s",
          "mv far/c new/d; rm a",
          "mv new/inner dir/inner; echo z > dir/inner/z");

  @Test
  void whatItMovedItselfIsNoConflict() throws Exception {
    assumeTrue(holdfast.shell("command -v rsync").exit() == 0, "rsync is not installed");
    StringBuilder make = new StringBuilder("set -e\n");
    StringBuilder first = new StringBuilder("set -e\n");
    StringBuilder second = new StringBuilder("set -e\n");
    for (int i = 0; i < MOVES.size(); i++) {
      make.append("(mkdir live/" + i + "; cd live/" + i + "; " + MAKE + ")\n");
      first.append("(cd live/" + i + "; " + MOVES.get(i) + ")\n");
      second.append(
          "(cd live/"
              + i
              + "; for f in $(find . -type f); do mv $f $f.moved; echo more >> $f.moved; done;"
              + " chmod 711 new)\n");
    }
    holdfast.shell(make + "cp -a live native").exits(0);
    TimeUnit.MILLISECONDS.sleep(30);
    for (StringBuilder script : List.of(first, second)) {
      holdfast.shell(script.toString().replace("cd live/", "cd native/")).exits(0);
    }
    holdfast.run("begin", "--root", "live").exits(0);
    exec(first.toString()).exits(0);
    holdfast.run("diff", "1").exits(0);
    exec(second.toString()).exits(0);
    holdfast.run("diff", "1").exits(0);
    holdfast.run("commit", "1").exits(0);
    assertThat(
            holdfast
                .shell(
                    "rsync -rlpgoDHXSni --checksum --delete native/ live/ | grep -v '^[.]d[.]*t'")
                .out())
        .isEmpty();
  }
}
