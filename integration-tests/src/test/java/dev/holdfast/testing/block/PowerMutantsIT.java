package dev.holdfast.testing.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.Rig;
import dev.holdfast.testing.proof.Mutants.Mutant;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A Holdfast with a mistake does not survive the power cuts that Holdfast survives. The mistakes
 * that show only on the simulated disk are in docs/testing.md.
 */
final class PowerMutantsIT {
  private static final int MOST = 600;

  static List<Mutant> mutants() {
    return PowerMutants.soonCaught();
  }

  @ParameterizedTest
  @MethodSource("mutants")
  @SuppressWarnings("SystemOut")
  void isCaught(Mutant mutant) throws IOException {
    BlockFileSystem kind = BlockFileSystem.EXT4;
    Rig.missing(kind).ifPresent(why -> assumeTrue(false, why));
    PowerMutants.Result result = Undisturbed.run(() -> PowerMutants.run(kind, mutant, MOST, 1));
    System.out.println("mutant: " + mutant + ": after " + result.states() + " states");
    assertThat(result.violation()).as("the mutant is caught").isPresent();
  }
}
