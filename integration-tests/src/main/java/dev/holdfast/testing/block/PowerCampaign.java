package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.HoldfastWorkload;
import dev.holdfast.selftest.power.PowerFigures;
import dev.holdfast.selftest.power.PowerScenario;
import dev.holdfast.selftest.power.PowerScenarios;
import dev.holdfast.selftest.power.PowerSweep;
import dev.holdfast.selftest.power.Rig;
import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.proof.Mutants;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Power cuts on real file systems.
 *
 * <pre>
 *   --fs NAME       one file system alone: ext4, ext4-noauto_da_alloc, xfs, btrfs
 *   --states N      so many states of each (200)
 *   --seed N        of all that is left to chance but the timing (1)
 *   --scenario NAME one scenario alone
 *   --only controls what is known to be safe, and what is known not to be
 *   --only mutants  Holdfast with mistakes, at most --states of each
 *   --only fsync    Holdfast with one fsync in place of each syncfs
 * </pre>
 */
public final class PowerCampaign {
  private static final Set<String> OPTIONS = Set.of("fs", "states", "seed", "scenario", "only");

  /** For each run of a scenario. */
  private static final PowerSweep.Effort EFFORT = new PowerSweep.Effort(80, 20, 10, 3, true);

  private final PrintStream out;
  private final int states;
  private final long seed;
  private final List<BlockFileSystem> kinds;
  private final List<PowerScenario> scenarios;

  private PowerCampaign(CampaignOptions options, PrintStream out) throws CampaignUsageException {
    this.out = out;
    this.states = (int) options.number("states", 200);
    this.seed = options.number("seed", 1);
    try {
      this.scenarios =
          options.has("scenario")
              ? List.of(PowerScenarios.named(options.text("scenario", "")))
              : PowerScenarios.all();
      this.kinds =
          options.has("fs")
              ? List.of(BlockFileSystem.named(options.text("fs", "")))
              : List.of(BlockFileSystem.values());
    } catch (IllegalArgumentException e) {
      throw new CampaignUsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    PowerCampaign campaign = new PowerCampaign(options, out);
    return switch (options.text("only", "")) {
      case "" -> campaign.holdfast();
      case "controls" -> campaign.controls();
      case "mutants" -> campaign.mutants();
      case "fsync" -> campaign.oneFsync();
      default -> throw new CampaignUsageException("--only takes controls, mutants or fsync");
    };
  }

  private int holdfast() throws IOException {
    PowerFigures total = new PowerFigures();
    for (BlockFileSystem kind : kinds) {
      Optional<String> missing = Rig.missing(kind);
      if (missing.isPresent()) {
        out.println("left out: " + kind + ": " + missing.get());
        continue;
      }
      PowerFigures figures = new PowerFigures();
      for (long round = 0; figures.states() < states && figures.violations().isEmpty(); round++) {
        for (PowerScenario scenario : scenarios) {
          PowerFigures some =
              PowerSweep.run(
                  kind,
                  new HoldfastWorkload(scenario),
                  EFFORT,
                  seed + round,
                  PowerSweep.Watch.KEEPING);
          figures.add(some);
          out.println(kind + ", " + scenario + ": " + some);
        }
      }
      out.println(kind + ": " + figures);
      figures.violations().stream().limit(3).forEach(out::println);
      total.add(figures);
    }
    out.println((total.violations().isEmpty() ? "no violation: " : "violated: ") + total);
    return total.violations().isEmpty() ? 0 : 1;
  }

  private int mutants() throws IOException {
    return tryAll(PowerMutants.all(), false);
  }

  private int oneFsync() throws IOException {
    return tryAll(List.of(PowerMutants.oneFsync(true), PowerMutants.oneFsync(false)), true);
  }

  private int tryAll(List<Mutants.Mutant> mutants, boolean details) throws IOException {
    for (BlockFileSystem kind : kinds) {
      Optional<String> missing = Rig.missing(kind);
      if (missing.isPresent()) {
        out.println("left out: " + kind + ": " + missing.get());
        continue;
      }
      for (Mutants.Mutant mutant : mutants) {
        PowerMutants.Result result = PowerMutants.run(kind, mutant, states, seed);
        out.println(
            kind
                + ": "
                + mutant
                + ": "
                + result
                    .violation()
                    .map(text -> "caught after " + result.states() + " states: " + summary(text))
                    .orElse("not to be seen in " + result.states() + " states"));
        if (details) {
          result.violation().ifPresent(out::println);
        }
      }
    }
    return 0;
  }

  /** Returns the line after the one that says where it happened. */
  private static String summary(String violation) {
    return violation.lines().skip(1).findFirst().orElse(violation);
  }

  private int controls() throws IOException {
    List<String> wrong = new ArrayList<>();
    for (Controls.Control control : Controls.all()) {
      if (!kinds.contains(control.kind())) {
        continue;
      }
      Optional<String> missing = Rig.missing(control.kind()).or(control::missing);
      if (missing.isPresent()) {
        out.println("left out: " + control + ": " + missing.get());
        continue;
      }
      PowerFigures figures =
          PowerSweep.run(
              control.kind(),
              control.workload(),
              PowerSweep.Effort.of(states),
              seed,
              PowerSweep.Watch.NOTHING);
      out.println(control + ": " + figures.summary());
      if (control.isCaught() == figures.violations().isEmpty()) {
        wrong.add(control.toString());
        figures.violations().stream().limit(1).forEach(out::println);
      }
    }
    out.println(
        wrong.isEmpty()
            ? "all came out as they are known to"
            : "not as they are known to: " + wrong);
    return wrong.isEmpty() ? 0 : 1;
  }
}
