package dev.holdfast.testing.kill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testing.kill.KillLanes.Task;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The real program, killed at some of its system calls, and with some of them failing, in every
 * scenario. For all of them: {@code ./verify --campaign kill} and {@code --campaign kill-faults}.
 */
final class KillIT {
  private static final long SEED = Long.getLong("holdfast.seed", 20261122L);
  private static final int LANES = 2;
  private static final int KILLS = 30;
  private static final int PAIRED = 6;
  private static final int SECOND_KILLS = 3;
  private static final int FAULTS = 24;
  private static final int PAIRED_FAULTS = 5;
  private static final int SECOND_FAULTS = 2;
  private static final int ONE_REAL_RECOVERY_OF = 3;

  private static KillLanes lanes;
  private static KillTasks tasks;

  @BeforeAll
  static void makeRigs() throws IOException {
    String missing = KillRig.missing().orElse("");
    assumeTrue(missing.isEmpty(), missing);
    lanes = KillLanes.make(KillScenario.all(), "ext4", LANES);
    tasks = new KillTasks(lanes, KillScenario.all(), SEED);
  }

  @Test
  void killedAnywhereTheTreesAreOldOrNew() throws IOException {
    List<Task> kills = some(tasks.kills(ONE_REAL_RECOVERY_OF), KILLS);
    List<Task> pairs = some(tasks.pairs(SECOND_KILLS), PAIRED);
    assertThat(run(kills)).as("violations, seed %s", SEED).isEmpty();
    assertThat(run(pairs)).as("violations, seed %s", SEED).isEmpty();
    assertThat(lanes.figures().inWindow())
        .as("kills between the first and the last visible change")
        .isPositive();
  }

  @Test
  void failingAnywhereItSaysSoAndTheTreesAreOldOrNew() throws IOException {
    assertThat(run(some(tasks.faults(), FAULTS))).as("violations, seed %s", SEED).isEmpty();
    assertThat(run(some(tasks.recoveryFaults(SECOND_FAULTS), PAIRED_FAULTS)))
        .as("violations, seed %s", SEED)
        .isEmpty();
  }

  /** Half of them after the commit point, where there are fewer calls and more to go wrong. */
  private static List<Task> some(List<Task> all, int count) {
    List<Task> chosen = new ArrayList<>();
    for (boolean late : List.of(true, false)) {
      all.stream()
          .filter(task -> (task.call() >= lanes.firstChange(task.scenario())) == late)
          .limit(count / 2)
          .forEach(chosen::add);
    }
    return chosen;
  }

  @SuppressWarnings("SystemOut")
  private static List<String> run(List<Task> some) throws IOException {
    return lanes.run(some, Duration.ofHours(1), System.out);
  }

  @AfterAll
  @SuppressWarnings("SystemOut")
  static void report() throws IOException {
    if (lanes != null) {
      System.out.println("kill: " + lanes.figures());
      lanes.close();
    }
  }
}
