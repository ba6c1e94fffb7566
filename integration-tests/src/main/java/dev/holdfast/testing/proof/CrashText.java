package dev.holdfast.testing.proof;

import dev.holdfast.testing.CrashPlan;
import dev.holdfast.testing.PowerCut;
import java.util.ArrayList;
import java.util.List;

/**
 * Chains of crashes as text for a command line: {@code 17} is a kill before step 17, {@code
 * 17:TORN:4} a power cut of this mode and seed there; a comma leads to the crash of the recovery.
 */
final class CrashText {
  private CrashText() {}

  static String of(List<CrashPlan> chain) {
    List<String> words = new ArrayList<>();
    for (CrashPlan plan : chain) {
      words.add(
          plan.powerCut()
              .map(cut -> plan.step() + ":" + cut.mode() + ":" + cut.seed())
              .orElse(Integer.toString(plan.step())));
    }
    return String.join(",", words);
  }

  static List<CrashPlan> parse(String text) {
    List<CrashPlan> chain = new ArrayList<>();
    for (String word : text.split(",", -1)) {
      String[] parts = word.split(":", -1);
      int step = Integer.parseInt(parts[0]);
      chain.add(
          parts.length == 1
              ? CrashPlan.kill(step)
              : CrashPlan.powerCut(
                  step, PowerCut.Mode.valueOf(parts[1]), Long.parseLong(parts[2])));
    }
    return chain;
  }
}
