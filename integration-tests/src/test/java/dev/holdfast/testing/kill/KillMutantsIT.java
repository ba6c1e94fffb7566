package dev.holdfast.testing.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testing.kill.SystemCall.Failing;
import dev.holdfast.testing.proof.ProgramMutants;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rig must be able to fail: it catches every one of these mistakes of the real program. */
final class KillMutantsIT {
  private static final int TRIES = 20;
  @TempDir private static Path base;
  private static RealProgram sound;

  @BeforeAll
  static void prepareTheProgram() throws IOException {
    String missing = KillRig.missing().orElse("");
    assumeTrue(missing.isEmpty(), missing);
    sound = RealProgram.prepare(base.resolve("program"));
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("SystemOut")
  void isCaught(ProgramMutants mutant) throws IOException {
    boolean inRecovery = mutant == ProgramMutants.LAZY_RECOVERY;
    String caught = "";
    int tries = 0;
    try (KillRig rig =
        KillRig.make(
            KillScenario.named("control-inside"),
            base.resolve(mutant.name()),
            "ext4",
            inRecovery ? sound : sound.mutant(mutant.name()),
            sound,
            new KillFigures())) {
      if (inRecovery) {
        rig.recoverThrough(mutant::on);
      }
      int last = Math.min(rig.calls().size(), rig.firstChange() + TRIES);
      for (int call = rig.firstChange(); call < last && caught.isEmpty(); call++) {
        tries++;
        try {
          if (mutant == ProgramMutants.DEAF) {
            rig.fail(call, "EIO", Failing.ONCE);
          } else {
            rig.kill(call, true);
          }
        } catch (AssertionError e) {
          caught = String.valueOf(e.getMessage()).lines().findFirst().orElse("?");
        }
      }
    }
    System.out.println("mutant " + mutant + ": after " + tries + " tries: " + caught);
    assertThat(caught).as("the mutant is caught").isNotEmpty();
  }
}
