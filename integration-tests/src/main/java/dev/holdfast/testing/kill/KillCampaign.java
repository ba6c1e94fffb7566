package dev.holdfast.testing.kill;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.kill.KillLanes.Task;
import dev.holdfast.testing.kill.SystemCall.Failing;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Kills the real program at every system call that changes the disk, then every recovery from that
 * at every one of its calls; or lets all these calls fail, in every way.
 *
 * <pre>
 *   --seconds N      no longer than this
 *   --sample N       so many of them alone, of each kind
 *   --seed N         of the order, and so of what is left out (1)
 *   --scenario NAME  one scenario alone
 *   --fs TYPE        ext4, xfs or btrfs (ext4)
 *   --lanes N        how many at once (one for each processor)
 *   --at WHERE       one of them, as a failure names it
 * </pre>
 */
public final class KillCampaign {
  private static final Set<String> OPTIONS =
      Set.of("seconds", "sample", "seed", "scenario", "fs", "lanes", "at");
  private static final int ONE_REAL_RECOVERY_OF = 3;

  private final boolean faults;
  private final CampaignOptions options;
  private final PrintStream out;

  private KillCampaign(boolean faults, CampaignOptions options, PrintStream out) {
    this.faults = faults;
    this.options = options;
    this.out = out;
  }

  /**
   * Runs it and returns the exit status.
   *
   * @param faults whether calls fail, instead of being the last
   */
  public static int run(boolean faults, List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    String missing = KillRig.missing().orElse(null);
    if (missing != null) {
      throw new CampaignUsageException("cannot run: " + missing);
    }
    return new KillCampaign(faults, CampaignOptions.parse(arguments, OPTIONS), out).run();
  }

  private int run() throws IOException, CampaignUsageException {
    List<KillScenario> scenarios = scenarios();
    int lanes =
        options.has("at")
            ? 1
            : (int) options.number("lanes", Runtime.getRuntime().availableProcessors());
    Instant end = Instant.now().plusSeconds(options.number("seconds", 1 << 30));
    List<String> violations = new ArrayList<>();
    try (KillLanes rigs = KillLanes.make(scenarios, options.text("fs", "ext4"), lanes)) {
      for (KillScenario scenario : scenarios) {
        Map<String, Integer> counts = new TreeMap<>();
        rigs.calls(scenario).forEach(call -> counts.merge(call.call(), 1, Integer::sum));
        out.println(scenario + ": " + rigs.calls(scenario).size() + " calls " + counts);
      }
      List<List<Task>> kinds = tasks(rigs, scenarios);
      for (int kind = 0; kind < kinds.size(); kind++) {
        // Each kind gets its share of the time that is left.
        Duration left = Duration.between(Instant.now(), end);
        violations.addAll(rigs.run(kinds.get(kind), left.dividedBy(kinds.size() - kind), out));
      }
      if (!faults && !options.has("at") && rigs.figures().inWindow() == 0) {
        violations.add("no kill fell between the first and the last visible change");
      }
      out.println(
          violations.isEmpty()
              ? "no violation: " + rigs.figures()
              : violations.size() + " violations: " + rigs.figures());
    }
    return violations.isEmpty() ? 0 : 1;
  }

  private List<KillScenario> scenarios() throws CampaignUsageException {
    if (!options.has("scenario")) {
      return KillScenario.all();
    }
    try {
      return List.of(KillScenario.named(options.text("scenario", "")));
    } catch (IllegalArgumentException e) {
      throw new CampaignUsageException(String.valueOf(e.getMessage()));
    }
  }

  private List<List<Task>> tasks(KillLanes rigs, List<KillScenario> scenarios)
      throws CampaignUsageException {
    if (options.has("at")) {
      return List.of(List.of(new Task(scenarios.getFirst(), 0, at(options.text("at", "")))));
    }
    KillTasks all = new KillTasks(rigs, scenarios, options.number("seed", 1));
    int most = (int) options.number("sample", Integer.MAX_VALUE);
    int second = options.has("sample") ? 3 : Integer.MAX_VALUE;
    return faults
        ? List.of(first(all.faults(), most), first(all.recoveryFaults(second), most))
        : List.of(first(all.kills(ONE_REAL_RECOVERY_OF), most), first(all.pairs(second), most));
  }

  private static List<Task> first(List<Task> tasks, int most) {
    return tasks.subList(0, Math.min(most, tasks.size()));
  }

  /** Reads {@code CALL[,CALL][:ERROR:FAILING]}. */
  private KillLanes.Trial at(String where) throws CampaignUsageException {
    try {
      String[] parts = where.split(":", -1);
      List<Integer> calls = Arrays.stream(parts[0].split(",", -1)).map(Integer::valueOf).toList();
      int first = calls.getFirst();
      if (!faults) {
        return calls.size() == 1
            ? rig -> rig.kill(first, false)
            : rig -> rig.killWithRecovery(first, _ -> List.of(calls.get(1)));
      }
      Failing failing = Failing.valueOf(parts[2]);
      return calls.size() == 1
          ? rig -> rig.fail(first, parts[1], failing)
          : rig -> rig.failRecovery(first, _ -> List.of(calls.get(1)), parts[1], failing);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new CampaignUsageException("not a place: " + where + " (" + e.getMessage() + ")");
    }
  }
}
