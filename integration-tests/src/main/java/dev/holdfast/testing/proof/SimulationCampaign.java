package dev.holdfast.testing.proof;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.CrashPlan;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The simulated crash sweep for as long as one likes: crashes of every scenario, taken by chance,
 * each with crashes of its recovery and of the recovery from those.
 *
 * <pre>
 *   --seconds N     how long (60)
 *   --states N      until so many crash states were tried, instead
 *   --seed N        of all that is left to chance (1)
 *   --scenario NAME one scenario alone
 *   --crash CHAIN   one chain of crashes of one scenario, as a failure names it
 * </pre>
 */
public final class SimulationCampaign {
  private static final Set<String> OPTIONS =
      Set.of("seconds", "states", "seed", "scenario", "crash");
  private static final int SEEDS = 1 << 20;

  private SimulationCampaign() {}

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    Figures figures = new Figures();
    try {
      if (options.has("crash")) {
        EngineSweep.record(scenario(options), figures)
            .reproduce(CrashText.parse(options.text("crash", "")));
      } else {
        sweep(options, figures, out);
      }
    } catch (AssertionError e) {
      out.println(e.getMessage());
      out.println("violated after " + figures);
      return 1;
    }
    out.println("no violation: " + figures);
    return 0;
  }

  private static Scenario scenario(CampaignOptions options) throws CampaignUsageException {
    try {
      return Scenarios.named(options.text("scenario", ""));
    } catch (IllegalArgumentException e) {
      throw new CampaignUsageException(String.valueOf(e.getMessage()));
    }
  }

  private static void sweep(CampaignOptions options, Figures figures, PrintStream out)
      throws IOException, CampaignUsageException {
    long states = options.number("states", Long.MAX_VALUE);
    Duration time =
        Duration.ofSeconds(options.number("seconds", options.has("states") ? 1 << 30 : 60));
    SplittableRandom random = new SplittableRandom(options.number("seed", 1));
    List<Scenario> scenarios =
        options.has("scenario") ? List.of(scenario(options)) : Scenarios.all();
    Instant end = Instant.now().plus(time);
    while (figures.states() < states && Instant.now().isBefore(end)) {
      for (Scenario scenario : scenarios) {
        EngineSweep sweep = EngineSweep.record(scenario, figures);
        for (int i = 0; i < 100 && figures.states() < states && Instant.now().isBefore(end); i++) {
          int step = 1 + random.nextInt(sweep.steps() + 1);
          List<CrashPlan> plans = sweep.plans(step, random.nextInt(SEEDS), 1);
          sweep.crash(plans.get(random.nextInt(plans.size())), random.nextLong(), 4, 2);
        }
      }
      out.println(figures);
    }
  }
}
