package dev.holdfast.testing.proof;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.PowerCut;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Every call of every scenario fails once, in every way; and so do calls of recoveries.
 *
 * <pre>
 *   --seed N         of what is left to chance (1)
 *   --scenario NAME  one scenario alone
 *   --fault FAULT    one failure of one scenario, as a violation names it
 *   --crash CRASH    where the run is crashed, if the failure is one of the recovery
 *   --then go-on     whether the process goes on after the failure
 * </pre>
 */
public final class FaultCampaign {
  private static final Set<String> OPTIONS = Set.of("seed", "scenario", "fault", "crash", "then");

  private FaultCampaign() {}

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    Figures figures = new Figures();
    SplittableRandom random = new SplittableRandom(options.number("seed", 1));
    try {
      List<Scenario> scenarios =
          options.has("scenario")
              ? List.of(Scenarios.named(options.text("scenario", "")))
              : Scenarios.all();
      for (Scenario scenario : scenarios) {
        FaultSweep sweep = FaultSweep.of(scenario, figures);
        if (options.has("fault")) {
          one(sweep, options);
        } else {
          all(sweep, random);
        }
        out.println(scenario + ": " + figures);
      }
    } catch (IllegalArgumentException e) {
      throw new CampaignUsageException(String.valueOf(e.getMessage()));
    } catch (AssertionError e) {
      out.println(e.getMessage());
      out.println("violated after " + figures);
      return 1;
    }
    out.println("no violation: " + figures);
    return 0;
  }

  private static void one(FaultSweep sweep, CampaignOptions options) throws IOException {
    PlannedFault fault = PlannedFault.parse(options.text("fault", ""));
    if (options.has("crash")) {
      sweep.failRecovery(CrashText.parse(options.text("crash", "")).getFirst(), fault);
    } else if (options.has("then")) {
      sweep.failAndGoOn(fault);
    } else {
      sweep.fail(fault);
    }
  }

  private static void all(FaultSweep sweep, SplittableRandom random) throws IOException {
    for (PlannedFault fault : sweep.faults()) {
      sweep.fail(fault);
      sweep.failAndGoOn(fault);
    }
    for (int step = 1; step <= sweep.steps(); step++) {
      sweep.failRecovery(CrashPlan.kill(step), random, 4);
      sweep.failRecovery(
          CrashPlan.powerCut(step, PowerCut.Mode.RANDOM, random.nextInt()), random, 4);
    }
  }
}
