package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.CrashPlan;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every step of every scenario, killed and without power, recovered and judged; a part of the
 * recoveries crashed in turn. For longer: {@code ./verify --campaign simulation}.
 */
final class EngineCrashIT {
  private static final long SEED = 1;
  private static final Figures TOTAL = new Figures();

  static List<Scenario> scenarios() {
    return Scenarios.all();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void isAllOrNothingAfterACrashAtAnyStep(Scenario scenario) throws IOException {
    EngineSweep sweep = EngineSweep.record(scenario, TOTAL);
    long before = TOTAL.inWindow();
    for (int step = 1; step <= sweep.steps() + 1; step++) {
      for (CrashPlan plan : sweep.plans(step, SEED, 2)) {
        sweep.crash(plan, SEED, 1, 1);
      }
    }
    assertThat(TOTAL.inWindow()).as("crashes inside the critical window").isGreaterThan(before);
  }

  @AfterAll
  @SuppressWarnings("SystemOut")
  static void report() {
    System.out.println("simulation: " + TOTAL);
  }
}
