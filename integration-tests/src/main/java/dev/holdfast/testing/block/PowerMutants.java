package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.HoldfastWorkload;
import dev.holdfast.selftest.power.PowerFigures;
import dev.holdfast.selftest.power.PowerScenario;
import dev.holdfast.selftest.power.PowerScenarios;
import dev.holdfast.selftest.power.PowerSweep;
import dev.holdfast.selftest.power.Workload;
import dev.holdfast.testing.proof.Mutants;
import dev.holdfast.testing.proof.Mutants.Mutant;
import dev.holdfast.testing.proof.Mutation;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The mistakes that the simulated disk must show, on real file systems. These keep more than they
 * have to, so some mistakes never show there.
 */
final class PowerMutants {
  private static final Set<String> SOON =
      Set.of(
          "barrier 1 is left out",
          "barrier 2 is left out, with the journal under it",
          "the decision is not forced",
          "the decision before the second file system's barrier");

  private PowerMutants() {}

  /**
   * What came of a mistake.
   *
   * @param states how many were examined
   * @param violation the first one, if there was any
   */
  record Result(int states, Optional<String> violation) {}

  /** Returns the scenario in which a mistake is made. */
  private static PowerScenario scenario(Mutant mutant) {
    String there = mutant.scenario();
    String here =
        switch (there) {
          case "first-time", "two-roots" -> "library";
          case "two-roots-three-disks" -> "three-devices";
          default -> there.endsWith("elsewhere") ? "edits-elsewhere" : "edits";
        };
    return PowerScenarios.named(here);
  }

  /** Returns a Holdfast whose barriers are one fsync each. */
  static Mutant oneFsync(boolean changesFile) {
    Mutation.Maker barrier = () -> new OneFsyncBarrier(changesFile);
    return new Mutant(
        changesFile ? "one fsync a barrier" : "one fsync a barrier, of an unchanged file",
        "two-roots",
        barrier,
        barrier);
  }

  /** Tries a mistake until it shows, or until so many states were examined. */
  static Result run(BlockFileSystem kind, Mutant mutant, int most, long seed) throws IOException {
    int states = 0;
    for (long round = seed; states < most; round++) {
      HoldfastWorkload workload =
          new HoldfastWorkload(scenario(mutant), mutant::running, mutant::recovering);
      PowerSweep.Effort effort = new PowerSweep.Effort(Math.min(60, most), 0, 2, 3, true);
      // What is left to the neighbour shows with it, what is never made durable without.
      Workload tried = (round - seed) % 2 == 0 ? workload : workload.alone();
      PowerFigures figures = PowerSweep.run(kind, tried, effort, round, PowerSweep.Watch.NOTHING);
      states += figures.states();
      Optional<String> violation =
          figures.violations().stream()
              .filter(text -> !text.contains(Mutants.OWN_LITTER))
              .findFirst();
      if (violation.isPresent()) {
        return new Result(states, violation);
      }
    }
    return new Result(states, Optional.empty());
  }

  static List<Mutant> all() {
    return Mutants.all();
  }

  /** Returns those that show on ext4 within some hundred states. */
  static List<Mutant> soonCaught() {
    return all().stream().filter(mutant -> SOON.contains(mutant.name())).toList();
  }
}
