package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code run} makes of a command's changes, judged by rsync: the live tree afterwards is what
 * the command saw in its namespace, to the last attribute and time, and what the same command makes
 * of a plain copy.
 */
final class WrapIT {
  /** A tree with something of every kind in it. */
  private static final String MAKE_TREE =
      """
      set -e
      mkdir live && cd live
      echo one > a; ln a b; ln a c
      echo two > two; ln two deux
      mkdir -p dir/sub/deep other empty 'white space'
      echo x > dir/sub/x; echo y > dir/y; echo z > 'white space/z
      z'
      head -c 300000 /dev/urandom > big
      ln -s dir/y link; ln -s nowhere dangling
      mkfifo pipe; mknod null c 1 3
      truncate -s 1M sparse; printf end >> sparse; printf x | dd of=sparse bs=1 seek=500000 conv=notrunc 2>/dev/null
      chmod 4755 two; chmod 2770 dir; chown 12:34 other
      setfattr -n user.mark -v yes dir/y; setfacl -m u:5:rwx other; setfacl -d -m g:6:r dir
      cp /bin/true caps; setcap cap_net_raw+ep caps
      mkdir many; for i in $(seq 40); do echo $i > many/$i; done
      find . -exec touch -h -d '2020-02-02 02:02:02.123456789' {} +
      """;

  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void needsRootAndTools() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root");
    for (String tool : List.of("rsync", "setfattr", "setfacl", "setcap", "unshare")) {
      assumeTrue(holdfast.shell("command -v " + tool).exit() == 0, tool + " is not installed");
    }
  }

  static Stream<Arguments> commands() {
    return Stream.of(
        command("files come, go and change", "echo new > new; rm link; echo more >> dir/y"),
        command("a file is replaced by rename", "echo n > t; mv t two"),
        command("one name of several is written into", "echo more >> a"),
        command("one name of several is replaced", "echo n > t; mv t b"),
        command("one of several is written into, then goes", "echo more >> a; rm a"),
        command("a copy in place of one name of several", "cp -p b t; chmod 4755 t; mv t b"),
        command(
            "a copy in place of two names of three",
            "cp -p b t; chmod 4755 t; ln t t2; mv t b; mv t2 c"),
        command("the same file in place of one name of several", "cp -p b t; mv t b"),
        command("mode of several, one goes", "chmod 4711 a; rm c"),
        command("all names of several go", "rm a b c"),
        command("both names change", "echo 1 >> two; echo 2 >> deux"),
        command("mode of one name of several", "chmod 640 b"),
        command("new names of old files", "ln big big2; ln a dir/a2; ln two other/zwei; rm two"),
        command("new files with several names", "echo l > l1; ln l1 dir/l2; ln l1 other/l3"),
        command("attributes of a directory", "chmod 711 dir; chown 7:8 dir/sub; touch empty"),
        command("acls and attributes", "setfacl -b other; setfattr -x user.mark dir/y"),
        command(
            "attributes as an overlay has them",
            "setfattr -n user.overlay.opaque -v y dir; setfattr -n user.overlay.redirect -v x big;"
                + " echo 1 > dir/1; echo 2 > t; setfattr -n user.overlay.origin -v z t"),
        command("attributes of a link", "chown -h 5:5 link; touch -h -d 2019-01-01 dangling"),
        command("capabilities", "setcap cap_chown+ep caps; chown 3 two"),
        command("a directory goes", "rm -r dir"),
        command("a directory goes and comes again", "rm -r dir; mkdir dir; echo 1 > dir/y"),
        command("a directory becomes a file", "rm -r dir; echo file > dir"),
        command("a file becomes a directory", "rm two; mkdir -p two/three; echo 4 > two/three/4"),
        command("types change", "rm link pipe null; mkfifo link; ln -s x pipe; echo n > null"),
        command("nothing is left", "rm -rf * .[a-z]*"),
        command(
            "a sparse file", "printf y | dd of=sparse bs=1 seek=900000 conv=notrunc 2>/dev/null"),
        command("a new sparse file", "truncate -s 3M hole; printf x >> hole"),
        command("new devices", "mknod zero c 1 5; mknod disk b 7 9; mkfifo p2"),
        command("the root's own attributes", "chmod 750 .; chown 9:9 ."),
        command("a file moves", "mv big dir/sub/bigger; mv two zwei"),
        command("a directory moves", "mv dir/sub moved; mv many other/many"),
        command("a directory is cleared", "find many -type f -delete; echo 1 > many/1"),
        command(
            "in place", "printf 9 | dd of=big bs=1 seek=7 conv=notrunc 2>/dev/null; echo >> dir/y"),
        command("written back", "cp big t; cat t > big; rm t"),
        command("names of any bytes", "printf x > \"$(printf 'n\\377\\n')\"; rm -r 'white space'"),
        command("long names", "for i in $(seq 30); do : > $(printf %0255d $i); done"),
        command("deep", "d=d; for i in $(seq 200); do d=$d/d; done; mkdir -p $d; echo x > $d/x"),
        command("setuid and setgid", "cp /bin/true s; chmod 6755 s; mkdir g; chmod 3777 g"),
        command("times", "touch -d '2001-01-01 01:01:01.5' two dir; touch -d @9 ."),
        command("modes of nothing", "chmod 0 . dir two many; chmod 000 big"),
        command("tar", "tar cf - dir | (mkdir t && tar xpf - -C t)"));
  }

  private static Arguments command(String what, String script) {
    return Arguments.of(what, script);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("commands")
  void theLiveTreeIsWhatTheCommandMadeOfIt(String what, String script) throws Exception {
    shell(MAKE_TREE + "cd ..; cp -a live before; cp -a live native; sleep 0.05");
    String inodes = directoriesOf("live");
    // In its namespace the command copies what it sees, times included.
    Invoked run =
        holdfast.shell(
            "$HOLDFAST run --root live -- sh -c 'cd live && { "
                + script.replace("'", "'\\''")
                + "; } && rsync -aHAXS --modify-window=-1 --numeric-ids ./ ../seen/'");
    run.exits(0);
    assertThat(run.err()).as(what).contains("holdfast: applied as transaction 1: ");
    assertThat(differences("seen", "live", "")).as(what).isEmpty();
    shell("cd native && { " + script + "; }");
    assertThat(differences("native", "live", "--no-times --omit-dir-times")).as(what).isEmpty();
    assertNothingOfOursIn("live");
    assertThat(remaining(inodes, directoriesOf("live"))).as("directories that stay").isTrue();
    holdfast.run("undo", "last").exits(0);
    assertThat(differences("before", "live", "")).as("undone: " + what).isEmpty();
  }

  @Test
  void theSameBytesWithTheSameMetadataAreNoOperation() throws Exception {
    shell(MAKE_TREE);
    Invoked run =
        holdfast.run(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "cd live && cp -p big /tmp/$$.t && cat /tmp/$$.t > big && touch -r /tmp/$$.t big;"
                + " rm /tmp/$$.t; chmod 700 dir; chmod 2770 dir");
    run.exits(0);
    assertThat(run.err()).isEqualTo("holdfast: nothing to do\n");
  }

  @Test
  void movesAreOnRecordAsSuch() throws Exception {
    shell(MAKE_TREE);
    String inode = shell("stat -c %i live/big live/dir/sub");
    holdfast
        .run(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "mv live/big live/dir; mv live/dir/sub live/moved")
        .exits(0);
    assertThat(holdfast.run("show", "last").lines())
        .contains("R big -> dir/big", "R dir/sub -> moved");
    assertThat(shell("stat -c %i live/dir/big live/moved")).isEqualTo(inode);
  }

  @Test
  void namesOutsideTheRootAreToldOf() throws Exception {
    shell("mkdir live; cd live; echo one > a; ln a b; echo two > c; ln c d; ln a ../outside");
    Invoked run = wrapped("echo more >> live/a; rm live/b; echo more >> live/d");
    String note =
        "holdfast: "
            + holdfast.folder().resolve("live/a")
            + " has names outside of "
            + holdfast.folder().resolve("live")
            + ", which keep what it was before it was written into\n";
    assertThat(run.err()).containsOnlyOnce("outside").contains(note);
    assertThat(shell("cat outside live/a")).isEqualTo("one\none\nmore\n");
    // A name that is kept for an undo is none of them, nor is there one if only the mode changes.
    shell("ln live/a live/e");
    assertThat(wrapped("echo n > n; mv n live/a; chmod 600 live/c").err())
        .doesNotContain("outside");
    assertThat(wrapped("echo more >> live/e; chmod 600 live/c").err()).doesNotContain("outside");
    // In an open transaction, too, and when only one of its names is left.
    shell("echo three > live/f; ln live/f live/g; ln live/f outside-too; sleep 0.05");
    String open = holdfast.run("begin", "--root", "live").exits(0).out().strip();
    holdfast.run("exec", open, "--", "sh", "-c", "echo more >> live/f; rm live/g").exits(0);
    holdfast.run("diff", open).exits(0);
    assertThat(holdfast.run("commit", open).exits(0).err()).contains("live/f has names outside");
    assertThat(shell("cat outside-too")).isEqualTo("three\n");
  }

  private Invoked wrapped(String script) throws Exception {
    shell("sleep 0.05");
    return holdfast.run("run", "--root", "live", "--", "sh", "-c", script).exits(0);
  }

  @Test
  void nothingIsSeenOutsideBeforeTheCommit() throws Exception {
    shell(MAKE_TREE + "cd ..; cp -a live before; sleep 0.05");
    Running run =
        holdfast.start(
            "run",
            "--root",
            "live",
            "--",
            "sh",
            "-c",
            "rm -r live/dir; echo n > live/n; : > ready; cat");
    while (!Files.exists(holdfast.folder().resolve("ready"))) {
      Thread.sleep(20);
    }
    assertThat(differences("before", "live", "")).isEmpty();
    run.end().exits(0);
    assertThat(holdfast.folder().resolve("live/n")).exists();
  }

  private String shell(String script) throws IOException, InterruptedException {
    return holdfast.shell("umask 022\n" + script).exits(0).out();
  }

  private List<String> differences(String expected, String actual, String more) throws Exception {
    return shell(
            "rsync -aHAXSni --modify-window=-1 --checksum --numeric-ids --delete --exclude /.holdfast "
                + more
                + " "
                + expected
                + "/ "
                + actual
                + "/")
        .lines()
        .filter(line -> !line.isBlank())
        .toList();
  }

  private String directoriesOf(String tree) throws Exception {
    return shell("cd " + tree + " && find . -type d -printf '%p %i\\n' | sort");
  }

  /** Directories that are there before and after under the same name keep their inode (P4). */
  private static boolean remaining(String before, String after) {
    List<String> then = before.lines().toList();
    List<String> now = after.lines().toList();
    return now.stream()
        .filter(line -> then.stream().anyMatch(old -> path(old).equals(path(line))))
        .allMatch(then::contains);
  }

  private static String path(String line) {
    return line.substring(0, line.lastIndexOf(' '));
  }

  private void assertNothingOfOursIn(String tree) throws Exception {
    String attributes =
        holdfast
            .shell("getfattr -R -h -d -m - " + tree + " 2>&1 | grep -c 'trusted.overlay\\.'")
            .out();
    assertThat(attributes.strip()).isEqualTo("0");
    // A whiteout is the device 0:0.
    assertThat(shell("find " + tree + " -type c -exec stat -c '%n %t:%T' {} +"))
        .doesNotContain(" 0:0\n");
  }
}
