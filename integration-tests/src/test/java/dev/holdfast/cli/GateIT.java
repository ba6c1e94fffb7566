package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code holdfast-gate}, the script, with the real program behind it. */
final class GateIT {
  private static final String COUNT = "cat live/f* live/sub/f* | sed 's/$//' | tr -d '\\n'";

  @TempDir Path base;
  private GateRig rig;
  private Installed holdfast;

  @BeforeEach
  void applyARelease() throws IOException, InterruptedException {
    rig = new GateRig(base);
    holdfast = rig.holdfast();
    holdfast.run("apply", rig.release("a"), "live").exits(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "busybox sh", "bash", "bash --posix"})
  void theCommandsExitStatusIsPassedOn(String shell) throws IOException, InterruptedException {
    rig.holdfast().with("HOLDFAST_PROGRAM", "/bin/false"); // No JVM when nothing is pending.
    rig.start(shell, "live", "--", "sh", "-c", "exit 7").end().exits(7);
    rig.start(shell, "live/sub", "--", "true").end().exits(0);
    rig.start(shell, "live", "--", "no-such-command").end().exits(127);
    rig.start(shell, "live", "--", "-no-such-command").end().exits(127);
    rig.start(shell, "live", "--", base.toString()).end().exits(126);
    assertThat(
            rig.start(shell, "live", "--", "sh", "-c", "echo $# \"$1\" \"$LC_ALL\"", "x", "a  b")
                .end()
                .exits(0)
                .out())
        .isEqualTo("1 a  b \n");
    rig.start(shell, "live").end().exits(125);
    rig.start(shell, "-w", "soon", "live", "--", "true").end().exits(125);
    rig.start(shell, "--freeze", "live", "--", "true").end().exits(125);
    assertThat(rig.start(shell, "--help").end().exits(0).out()).contains("HOLDFAST_GATE_FD");
  }

  @Test
  void updatesStayOutUntilTheCommandLetsGo() throws IOException, InterruptedException {
    Path held = base.resolve("held");
    Path letGo = base.resolve("let-go");
    Running reader =
        rig.start(
            "dash",
            "live",
            "--",
            "sh",
            "-c",
            ": >"
                + held
                + "; while [ ! -e "
                + letGo
                + " ]; do sleep 0.01; done;"
                + " eval \"exec $HOLDFAST_GATE_FD<&-\"; : >"
                + held
                + "; exec sleep 60");
    await(held);
    assertThat(holdfast.run("apply", "--gate-wait", "1", rig.release("b"), "live").exits(3).err())
        .contains("gate");
    assertThat(GateRig.said(rig.folder().resolve("live"))).containsOnly("a");
    assertThat(holdfast.run("recover", "--check").exits(0).out()).contains("nothing is pending");
    Files.delete(held);
    Files.createFile(letGo);
    await(held);
    holdfast.run("apply", "--gate-wait", "1", rig.release("b"), "live").exits(0);
    assertThat(reader.process().isAlive()).isTrue();
    reader.process().destroyForcibly();
  }

  @Test
  void startOnlyLetsGoBeforeTheCommand() throws IOException, InterruptedException {
    Path started = base.resolve("started");
    Running daemon =
        rig.start(
            "dash",
            "--start-only",
            "live",
            "--",
            "sh",
            "-c",
            ": >" + started + "; [ -z \"$HOLDFAST_GATE_FD\" ] && exec sleep 60");
    await(started);
    holdfast.run("apply", "--gate-wait", "1", rig.release("b"), "live").exits(0);
    assertThat(daemon.process().isAlive()).isTrue();
    daemon.process().destroyForcibly();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dash", "busybox sh"})
  void afterAKilledUpdateOneRecoversAndTheOthersWait(String shell)
      throws IOException, InterruptedException {
    rig.killHalfWay(rig.release("b"), "live");
    List<Running> readers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      readers.add(rig.start(shell, "live", "--", "sh", "-c", COUNT));
    }
    int recoveries = 0;
    for (Running reader : readers) {
      Invoked read = reader.end().exits(0);
      assertThat(read.out()).matches("a{60}|b{60}");
      recoveries += read.err().contains("recovering") ? 1 : 0;
    }
    assertThat(recoveries).isEqualTo(1);
    assertThat(holdfast.run("recover", "--check").exits(0).out()).contains("nothing is pending");
  }

  @Test
  void anUpdateOfARootAroundOrInsideCounts() throws IOException, InterruptedException {
    holdfast.run("apply", rig.release("a") + "/sub", "live/sub").exits(0); // under care by itself
    rig.killHalfWay(rig.release("b"), "live");
    assertThat(rig.run("live/sub", "--", "sh", "-c", COUNT).exits(0).err()).contains("recovering");
    assertThat(new TreeSet<>(GateRig.said(rig.folder().resolve("live")))).hasSize(1);

    String word = GateRig.said(rig.folder().resolve("live")).getFirst().equals("a") ? "b" : "a";
    rig.killHalfWay(rig.release(word) + "/sub", "live/sub");
    assertThat(rig.run("live", "--", "sh", "-c", COUNT).exits(0).err()).contains("recovering");
    assertThat(new TreeSet<>(GateRig.said(rig.folder().resolve("live/sub")))).hasSize(1);
  }

  @Test
  void aRootComesUnderCareOnlyWhenNothingIsPendingAround()
      throws IOException, InterruptedException {
    rig.killHalfWay(rig.release("b"), "live");
    holdfast.run("apply", "--keep-extra", rig.release("a") + "/sub", "live/sub").exits(0);
    // The update of the root around was ended first: the new root's gate knows nothing of it.
    assertThat(rig.run("live/sub", "--", "true").exits(0).err()).isEmpty();
    assertThat(holdfast.run("recover", "--check").exits(0).out()).contains("nothing is pending");
  }

  @Test
  void whereThereIsNoEvidenceNothingStarts() throws IOException, InterruptedException {
    Path control = rig.folder().resolve(".holdfast/live");
    Path ran = base.resolve("ran");
    for (String[] way :
        new String[][] {
          // what is done, how it is undone, what the gate says
          {"mv live gone", "mv gone live", "not there"},
          {"mv .holdfast gone", "mv gone .holdfast", "under Holdfast's care"},
          {"mv $C/owner $C/x", "mv $C/x $C/owner", "nobody knows"},
          {"cp -p $C/owner $C/x; sed -i '$d' $C/owner", "mv $C/x $C/owner", "damaged"},
          {
            "cp -p $C/owner $C/x; sed -i '/^root/s/live/life/' $C/owner",
            "mv $C/x $C/owner",
            "own name"
          },
          {
            "cp -p $C/owner $C/x; sed -i '/^machine/s/ .*/ 0123/' $C/owner",
            "mv $C/x $C/owner",
            "another machine"
          },
          {"mv $C/gate $C/x", "mv $C/x $C/gate", "not all of"},
          {"mv $C/lock $C/x", "mv $C/x $C/lock", "not all of"},
          {"mv $C/gate $C/x; ln -s x $C/gate", "mv $C/x $C/gate", "others may write"},
          {"chmod o+w $C", "chmod o-w $C", "others may write"},
          {"chmod g+w $C/owner", "chmod g-w $C/owner", "others may write"},
          {"chown 12345 $C", "chown 0 $C", "user 12345"},
          {"chown 12345 $C/gate", "chown 0 $C/gate", "tampered"},
          {": >$C/forgotten", "rm $C/forgotten", "out of care"},
          {"mv ../state ../x", "mv ../x ../state", "journal"},
          {
            "cp -p ../state/roots ../x; : >../state/roots",
            "mv ../x ../state/roots",
            "list of roots"
          },
          {"mkdir other; mount --bind other live", "umount live; rmdir other", "mounted"},
          {"ln -s nowhere $C/pending", "rm $C/pending", "pending"},
        }) {
      shell(control, way[0]);
      try {
        Invoked refused = rig.run("-w", "0", "live", "--", "touch", ran.toString());
        assertThat(refused.exit()).as(way[0] + ": " + refused.err()).isEqualTo(125);
        assertThat(refused.err().lines().toList().getLast())
            .as(way[0])
            .startsWith("holdfast-gate: ")
            .contains(way[2].equals("pending") ? "recovered" : way[2]);
        assertThat(ran).doesNotExist();
      } finally {
        shell(control, way[1]);
      }
      rig.run("live", "--", "true").exits(0);
    }
    shell(control, "mkdir twin; mount --bind live twin");
    rig.run("twin", "--", "true").exits(125);
    shell(control, "umount twin");
    rig.run("--state", base.resolve("elsewhere").toString(), "live", "--", "true").exits(125);
  }

  private void shell(Path control, String line) throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    holdfast.with("C", control.toString());
    holdfast.other("sh", "-e", "-c", line).end().exits(0);
  }

  @Test
  void namesAreBytes() throws IOException, InterruptedException {
    for (String name :
        List.of(
            "with space",
            "-w",
            "--",
            "a\\nb",
            "ends in newline\\n",
            "\\377\\200",
            "%41",
            "per%",
            "\\\\040",
            "'\"$x*")) {
      Invoked made =
          holdfast.shell(
              "name=$(printf '%bx' '"
                  + name.replace("'", "'\\''")
                  + "'); name=${name%x}\n"
                  + "d=\"./parent/$name\"; mkdir -p parent; mkdir \"$d\" && echo a >\"$d/f\"\n"
                  + "$HOLDFAST apply release-a/sub \"$d\" >&2 || exit 1\n"
                  + "for shell in dash 'busybox sh' bash; do\n"
                  + "  (cd parent && $shell "
                  + rig.gate()
                  + " -- \"$name\" -- cat \"./$name/f1\") || exit 2\n"
                  + "  $shell "
                  + rig.gate()
                  + " \"$d\" -- true || exit 3\n"
                  + "  $shell "
                  + rig.gate()
                  + " \"$d/absent\" -- true 2>err && exit 4\n"
                  + "  [ $(wc -l <err) -eq 1 ] || exit 5\n"
                  + "done");
      assertThat(made.exit()).as(name + ": " + made.err()).isZero();
      assertThat(made.out()).isEqualTo("aaa");
    }
  }

  @Test
  void readersCannotKeepAWriterOutNorWritersAReader() throws IOException, InterruptedException {
    Path stop = base.resolve("stop");
    List<Running> readers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      readers.add(
          holdfast.other(
              "sh",
              "-c",
              "until [ -e "
                  + stop
                  + " ]; do "
                  + rig.gate()
                  + " live -- sh -c '"
                  + COUNT.replace("'", "'\\''")
                  + "; sleep 0.05; echo' || exit; done"));
    }
    for (int i = 0; i < 6; i++) {
      holdfast
          .run("apply", "--gate-wait", "20", rig.release(i % 2 == 0 ? "b" : "a"), "live")
          .exits(0);
    }
    Files.createFile(stop);
    int reads = 0;
    for (Running reader : readers) {
      Invoked read = reader.end().exits(0);
      assertThat(read.lines()).isNotEmpty().allMatch(line -> line.matches("a{60}|b{60}"));
      reads += read.lines().size();
    }
    assertThat(reads).isGreaterThan(20);
  }

  @Test
  void whoeverMayLockNeedNotBeRoot() throws IOException, InterruptedException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    String[] nobody = {
      "setpriv",
      "--reuid",
      "65534",
      "--regid",
      "4711",
      "--clear-groups",
      "--",
      "env",
      "-u",
      "HOLDFAST_STATE"
    };
    String gated = " " + rig.gate() + " -w 1 live -- cat live/f1";
    String asNobody = String.join(" ", nobody) + gated;
    assertThat(holdfast.other("sh", "-c", asNobody).end().exits(125).err()).contains("group");
    holdfast.run("root", "set", "live", "gate.group=4711").exits(0);
    assertThat(holdfast.other("sh", "-c", asNobody).end().exits(0).out()).isEqualTo("a");

    rig.killHalfWay(rig.release("b"), "live");
    assertThat(holdfast.other("sh", "-c", asNobody).end().exits(125).err()).contains("recovered");
    Running waiting = holdfast.other("sh", "-c", asNobody.replace("-w 1", "-w 60"));
    rig.run("live", "--", "true").exits(0); // somebody who may recovers
    assertThat(waiting.end().exits(0).out()).matches("[ab]");
  }

  @Test
  void anUpdateThatCannotBeRecoveredKeepsTheGateShut() throws IOException, InterruptedException {
    rig.killHalfWay(rig.release("b"), "live");
    holdfast.with("HOLDFAST_PROGRAM", "/bin/false");
    Invoked refused = rig.run("live", "--", "true").exits(125);
    assertThat(refused.err()).contains("could not be recovered");
    holdfast.with("HOLDFAST_PROGRAM", "");
    assertThat(rig.run("live", "--", "true").exits(125).err()).contains("no program");
  }

  private static void await(Path file) throws IOException, InterruptedException {
    for (int i = 0; !Files.exists(file); i++) {
      assertThat(i).as("waiting for " + file).isLessThan(2000);
      Thread.sleep(10);
    }
  }
}
