package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.CrashPlan;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A failing call at steps of every scenario, in the run and in the recovery from a kill: what the
 * caller was told is so, whatever happens afterwards. For all steps: {@code ./verify --campaign
 * faults}.
 */
final class EngineFaultIT {
  private static final int ONE_OF = 9;
  private static final int RECOVERIES = 25;
  private static final Figures TOTAL = new Figures();

  static List<Scenario> scenarios() {
    return Scenarios.all();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void tellsTheTruthAfterAFailure(Scenario scenario) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    FaultSweep sweep = FaultSweep.of(scenario, TOTAL);
    for (PlannedFault fault : sweep.faults()) {
      if (random.nextInt(ONE_OF) == 0) {
        sweep.fail(fault);
        sweep.failAndGoOn(fault);
      }
    }
    for (int i = 0; i < RECOVERIES; i++) {
      sweep.failRecovery(CrashPlan.kill(1 + random.nextInt(sweep.steps())), random, 1);
    }
    assertThat(TOTAL.faults()).isPositive();
  }

  @AfterAll
  @SuppressWarnings("SystemOut")
  static void report() {
    System.out.println("simulation: " + TOTAL);
  }
}
