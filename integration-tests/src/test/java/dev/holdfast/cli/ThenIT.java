package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --then}, as processes. */
final class ThenIT {
  @TempDir Path base;
  private GateRig rig;
  private Installed holdfast;
  private Path live;

  @BeforeEach
  void applyARelease() throws IOException, InterruptedException {
    rig = new GateRig(base);
    holdfast = rig.holdfast();
    live = rig.folder().resolve("live");
    holdfast.run("apply", rig.release("a"), "live").exits(0);
  }

  @Test
  void itRunsWhenAllIsVisibleAndNoLockIsHeld() throws IOException, InterruptedException {
    String then =
        rig.gate()
            + " -w 0 live -- cat live/f1 live/sub/f1 >ran; echo out; pwd >>ran; echo \"$HOLDFAST_TRANSACTION\" >>ran; exit 7";
    Invoked applied =
        holdfast.run("apply", "--json", "--then", then, rig.release("b"), "live").exits(0);
    assertThat(Files.readString(rig.folder().resolve("ran")))
        .isEqualTo("bb" + rig.folder().toRealPath() + "\n2\n");
    assertThat(applied.err()).contains("exit status 7", "out");
    assertThat(Json.object(applied.out())).containsEntry("exit", 0L);
    assertThat(holdfast.run("show", "last").exits(0).out()).contains("then: " + rig.gate());
    assertThat(holdfast.run("recover", "--check").exits(0).out()).contains("nothing is pending");
  }

  @Test
  void itIsNotRunWhereNothingChanged() throws IOException, InterruptedException {
    holdfast.run("apply", "--then", ": >ran", rig.release("a"), "live").exits(0);
    Running reader = rig.start("sh", "live", "--", "sh", "-c", ": >held; exec sleep 60");
    for (int i = 0; !Files.exists(rig.folder().resolve("held")); i++) {
      assertThat(i).isLessThan(2000);
      Thread.sleep(10);
    }
    holdfast
        .run("apply", "--gate-wait", "0", "--then", ": >ran", rig.release("b"), "live")
        .exits(3);
    reader.process().destroyForcibly();
    assertThat(rig.folder().resolve("ran")).doesNotExist();
    holdfast.run("recover").exits(0);
    assertThat(rig.folder().resolve(".holdfast/live/then")).doesNotExist();
  }

  @Test
  void recoveryRunsItIfItsProcessDied() throws IOException, InterruptedException {
    String dies =
        "echo \"run ${HOLDFAST_RECOVERED:-0}\" >>ran; [ -n \"$HOLDFAST_RECOVERED\" ] || { kill -KILL $PPID; sleep 1; }";
    holdfast.run("apply", "--then", dies, rig.release("b"), "live").exits(137);
    assertThat(live.resolve("f1")).hasContent("b");
    rig.run("live", "--", "true").exits(0); // Nothing is half applied.
    assertThat(holdfast.run("recover", "--check").exits(4).out())
        .contains("was not run to its end");
    assertThat(holdfast.run("recover").exits(0).out()).contains("may have been run before");
    assertThat(Files.readAllLines(rig.folder().resolve("ran"))).containsExactly("run 0", "run 1");
    assertThat(holdfast.run("recover").exits(0).out()).contains("nothing is pending");
  }

  @Test
  void recoveryOfAnUpdateThatIsFinishedRunsIt() throws IOException, InterruptedException {
    String then = "cat live/f1 >>ran";
    rig.killHalfWay(rig.release("b"), "live", "--then", then);
    Invoked recovered = holdfast.run("recover").exits(0);
    String word = Files.readString(live.resolve("f1"));
    if (word.equals("b")) {
      assertThat(recovered.out()).contains("then: ");
      assertThat(rig.folder().resolve("ran")).hasContent("b");
    } else {
      assertThat(rig.folder().resolve("ran")).doesNotExist();
    }
    holdfast.run("apply", rig.release("c"), "live").exits(0);
    assertThat(holdfast.run("recover").exits(0).out()).contains("nothing is pending");
  }
}
