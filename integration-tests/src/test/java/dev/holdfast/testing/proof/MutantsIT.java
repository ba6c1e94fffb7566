package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.proof.Mutants.Mutant;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The sweep must be able to fail: it catches every one of these mistakes. */
final class MutantsIT {
  private static final int ROUNDS = 20;
  private static final int DEEPER = 3;

  static List<Mutant> mutants() {
    return Mutants.all();
  }

  @ParameterizedTest
  @MethodSource("mutants")
  @SuppressWarnings("SystemOut")
  void isCaught(Mutant mutant) throws IOException {
    EngineSweep sweep =
        EngineSweep.record(
            Scenarios.named(mutant.scenario()),
            new Figures(),
            disk -> new MutantDisk(disk, mutant.run().make()),
            disk -> new MutantDisk(disk, mutant.recovery().make()));
    int tried = 0;
    String caught = "";
    for (int round = 1; round <= ROUNDS && caught.isEmpty(); round++) {
      SplittableRandom random = new SplittableRandom(round);
      for (int step = 1; step <= sweep.steps() + 1 && caught.isEmpty(); step++) {
        List<CrashPlan> plans = sweep.plans(step, round, 1);
        tried++;
        try {
          sweep.crash(plans.get(random.nextInt(plans.size())), round, DEEPER);
        } catch (AssertionError e) {
          String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("?");
          if (!message.contains(Mutants.OWN_LITTER)) {
            caught = message;
          }
        }
      }
    }
    System.out.println("mutant: " + mutant + ": after " + tried + " crashes: " + caught);
    assertThat(caught).as("the mutant is caught").isNotEmpty();
  }
}
