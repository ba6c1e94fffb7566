package dev.holdfast.testing.kill;

import dev.holdfast.testing.kill.KillLanes.Task;
import dev.holdfast.testing.kill.SystemCall.Failing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Lists what can be tried, in an order that depends on a seed alone. */
final class KillTasks {
  private static final List<String> ERRORS = List.of("EIO", "ENOSPC", "EDQUOT", "EACCES", "EROFS");

  private static final List<Failing> WAYS = List.of(Failing.ONCE, Failing.FROM, Failing.ALL);

  private final KillLanes lanes;
  private final List<KillScenario> scenarios;
  private final Random random;

  KillTasks(KillLanes lanes, List<KillScenario> scenarios, long seed) {
    this.lanes = lanes;
    this.scenarios = List.copyOf(scenarios);
    this.random = new Random(seed);
  }

  /** Every call killed; one recovery of so many in a process of its own. */
  List<Task> kills(int oneOf) {
    List<Task> tasks = new ArrayList<>();
    for (KillScenario scenario : scenarios) {
      for (int call = 0; call < lanes.calls(scenario).size(); call++) {
        int number = call;
        boolean inProcess = random.nextInt(oneOf) != 0;
        tasks.add(new Task(scenario, number, rig -> rig.kill(number, inProcess)));
      }
    }
    return shuffled(tasks);
  }

  /** Every call killed, and {@code atMost} calls of each recovery from it. */
  List<Task> pairs(int atMost) {
    List<Task> tasks = new ArrayList<>();
    for (KillScenario scenario : scenarios) {
      for (int call = 0; call < lanes.calls(scenario).size(); call++) {
        int number = call;
        long seed = random.nextLong();
        tasks.add(
            new Task(
                scenario,
                number,
                rig -> rig.killWithRecovery(number, all -> some(all, atMost, seed))));
      }
    }
    return shuffled(tasks);
  }

  private static List<Integer> some(int all, int atMost, long seed) {
    List<Integer> numbers = new ArrayList<>(IntStream.range(0, all).boxed().toList());
    Collections.shuffle(numbers, new Random(seed));
    return numbers.subList(0, Math.min(atMost, all));
  }

  /** Every call failing with every error, in every way. */
  List<Task> faults() {
    List<Task> tasks = new ArrayList<>();
    for (KillScenario scenario : scenarios) {
      List<SystemCall> calls = lanes.calls(scenario);
      for (int call = 0; call < calls.size(); call++) {
        for (Failing failing : WAYS) {
          for (String error : ERRORS) {
            int number = call;
            if (calls.get(call).mayFail(failing)) {
              tasks.add(new Task(scenario, number, rig -> rig.fail(number, error, failing)));
            }
          }
        }
      }
    }
    return shuffled(tasks);
  }

  /** Every call killed, and {@code atMost} calls of each recovery from it failing in some way. */
  List<Task> recoveryFaults(int atMost) {
    List<Task> tasks = new ArrayList<>();
    for (KillScenario scenario : scenarios) {
      for (int call = 0; call < lanes.calls(scenario).size(); call++) {
        int number = call;
        long seed = random.nextLong();
        String error = ERRORS.get(random.nextInt(ERRORS.size()));
        Failing failing = WAYS.get(random.nextInt(WAYS.size()));
        tasks.add(
            new Task(
                scenario,
                number,
                rig -> rig.failRecovery(number, all -> some(all, atMost, seed), error, failing)));
      }
    }
    return shuffled(tasks);
  }

  private List<Task> shuffled(List<Task> tasks) {
    Collections.shuffle(tasks, random);
    return tasks;
  }
}
