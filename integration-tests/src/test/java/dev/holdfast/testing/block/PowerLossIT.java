package dev.holdfast.testing.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.HoldfastWorkload;
import dev.holdfast.selftest.power.PowerFigures;
import dev.holdfast.selftest.power.PowerScenario;
import dev.holdfast.selftest.power.PowerScenarios;
import dev.holdfast.selftest.power.PowerSweep;
import dev.holdfast.selftest.power.Rig;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Transactions of Holdfast on real file systems that lose their power, recoveries included. For
 * more: {@code ./verify --campaign power}.
 */
final class PowerLossIT {
  private static final PowerSweep.Effort EFFORT = new PowerSweep.Effort(30, 15, 10, 2, false);

  @ParameterizedTest
  @EnumSource(BlockFileSystem.class)
  @SuppressWarnings("SystemOut")
  void isAllOrNothingOn(BlockFileSystem kind) throws IOException {
    Rig.missing(kind).ifPresent(why -> assumeTrue(false, why));
    long seed = Long.getLong("holdfast.seed", ThreadLocalRandom.current().nextInt(1 << 20));
    PowerFigures figures = new PowerFigures();
    for (PowerScenario scenario : PowerScenarios.all()) {
      figures.add(
          Undisturbed.run(() ->
              PowerSweep.run(
                  kind, new HoldfastWorkload(scenario), EFFORT, seed, PowerSweep.Watch.KEEPING)));
    }
    System.out.println("power, " + kind + ", seed " + seed + ": " + figures);
    assertThat(figures.violations()).as("seed %s", seed).isEmpty();
    assertThat(figures.unmountable()).as("seed %s", seed).hasSizeLessThanOrEqualTo(10);
    assertThat(figures.states()).isGreaterThanOrEqualTo(100);
    assertThat(figures.inWindow()).as("states that were a mixture").isPositive();
  }
}
