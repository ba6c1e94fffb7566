package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What people really run, wrapped: the live tree is what the program saw when it was done. */
final class WrapRealWorkIT {
  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void needsRoot() throws Exception {
    holdfast = new Installed(base);
    assumeTrue("0".equals(holdfast.shell("id -u").out().strip()), "needs root");
    assumeTrue(holdfast.shell("command -v rsync").exit() == 0, "rsync is not installed");
  }

  private static final String GIT = "git -c user.name=a -c user.email=a@b -c init.defaultBranch=m ";

  /** A program; what there was before, made in the folder around the root; what it does. */
  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of(
            "git",
            """
            cd live; GIT init -q; for i in $(seq 50); do echo $i > f$i; done; GIT add .
            GIT commit -qm one; for i in $(seq 20); do echo x > f$i; GIT commit -qam $i; done
            """,
            """
            cd live; GIT checkout -q -b old HEAD~10; rm f40; GIT commit -qam r
            GIT gc -q --prune=now; GIT fsck --strict
            """),
        Arguments.of(
            "sqlite3",
            "sqlite3 live/db 'pragma journal_mode=wal; create table t(a); insert into t values(1)'",
            """
            sqlite3 live/db "insert into t select a+1 from t; delete from t where a=1; vacuum"
            test "$(sqlite3 live/db "pragma integrity_check; select a from t" | xargs)" = "ok 2"
            """),
        Arguments.of(
            "rsync",
            """
            mkdir s; head -c 200000 /dev/urandom > s/f; cp s/f live/f
            printf y | dd of=s/f bs=1 seek=70000 conv=notrunc 2>/dev/null; touch s/f; echo n > s/n
            """,
            "rsync -aI --inplace --no-whole-file --delete s/ live/; cmp s/f live/f"),
        Arguments.of(
            "tar",
            """
            mkdir -p s/d; echo 1 > s/d/1; ln s/d/1 s/2; ln -s 2 s/l; tar cf t.tar -C s .
            echo old > live/2
            """,
            "tar xpf t.tar -C live; test live/2 -ef live/d/1"),
        Arguments.of(
            "make",
            """
            mkdir s; echo prog > s/prog; echo man > s/man; mkdir live/bin; echo old > live/bin/prog
            printf 'install:\\n\\tinstall -D -m755 prog $(P)/bin/prog\\n' > s/Makefile
            printf '\\tinstall -D -m644 man $(P)/share/m/prog.1\\n\\tln -sf prog $(P)/bin/p\\n' >> s/Makefile
            """,
            "make -s -C s install P=$PWD/live"),
        Arguments.of(
            "dpkg",
            """
            mkdir -p live/var/lib/dpkg/info live/var/lib/dpkg/updates p/DEBIAN p/etc p/usr/bin
            : > live/var/lib/dpkg/status; echo /etc/hf.conf > p/DEBIAN/conffiles
            printf 'Package: hf\\nVersion: 1\\nArchitecture: all\\nMaintainer: a <a@b>\\nDescription: x\\n' \
              > p/DEBIAN/control
            echo 1 > p/etc/hf.conf; echo 1 > p/usr/bin/hf; dpkg-deb -b p 1.deb >/dev/null
            dpkg --root=$PWD/live -i 1.deb >/dev/null
            sed -i s/1/2/ p/DEBIAN/control p/etc/hf.conf p/usr/bin/hf; dpkg-deb -b p 2.deb >/dev/null
            """,
            """
            dpkg --root=$PWD/live -i 2.deb; dpkg --root=$PWD/live --audit
            dpkg --root=$PWD/live --verify; dpkg --root=$PWD/live -s hf | grep "Version: 2"
            """));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void theLiveTreeIsWhatTheProgramLeft(String program, String prepare, String command)
      throws Exception {
    assumeTrue(holdfast.shell("command -v " + program).exit() == 0, program + " is not installed");
    holdfast.shell("set -e; mkdir live; (" + prepare.replace("GIT", GIT) + ")").exits(0);
    holdfast.shell("cp -a live before; sleep 0.05").exits(0);
    Invoked run =
        holdfast.shell(
            "$HOLDFAST run --root live -- sh -ec '("
                + command.replace("GIT", GIT).replace("'", "'\\''")
                + "); rsync -aHAXS --modify-window=-1 --numeric-ids live/ seen/'");
    run.exits(0);
    assertThat(differences("seen", "live")).as(program).isEmpty();
    holdfast.run("undo", "last").exits(0);
    assertThat(differences("before", "live")).as(program + " undone").isEmpty();
  }

  @Test
  void whatItCostsFollowsTheChange() throws Exception {
    assumeTrue(holdfast.shell("command -v strace").exit() == 0, "strace is not installed");
    holdfast
        .shell(
            "mkdir live; for d in $(seq 200); do mkdir live/$d; (cd live/$d; for f in $(seq 100); do"
                + " : > $f; done); done; sleep 0.05")
        .exits(0);
    TimeUnit.MILLISECONDS.sleep(50);
    holdfast.run("run", "--root", "live", "--", "true").exits(0);
    holdfast
        .shell(
            "strace -f -qq -o calls -e trace=%file,getdents64 $HOLDFAST run --root live -- sh -c"
                + " 'echo x > live/7/7; rm live/9/9; mkdir live/new'")
        .exits(0);
    String count = holdfast.shell("grep -cE 'live/[0-9]|\"[0-9]+\"' calls || true").out().strip();
    System.out.println("calls about entries of a tree of 20,200: " + count);
    assertThat(Integer.parseInt(count)).as("calls about entries of the tree").isLessThan(600);
  }

  private List<String> differences(String expected, String actual) throws Exception {
    return holdfast
        .shell(
            "rsync -aHAXSni --modify-window=-1 --checksum --numeric-ids --delete "
                + expected
                + "/ "
                + actual
                + "/")
        .exits(0)
        .lines()
        .stream()
        .filter(line -> !line.isBlank())
        .toList();
  }
}
