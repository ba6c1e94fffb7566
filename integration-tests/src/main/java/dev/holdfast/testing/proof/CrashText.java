package dev.holdfast.testing.proof;

import com.google.common.base.Splitter;
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
    for (String word : Splitter.on(',').split(text)) {
      List<String> parts = Splitter.on(':').splitToList(word);
      int step = Integer.parseInt(parts.getFirst());
      chain.add(
          parts.size() == 1
              ? CrashPlan.kill(step)
              : CrashPlan.powerCut(
                  step, PowerCut.Mode.valueOf(parts.get(1)), Long.parseLong(parts.get(2))));
    }
    return chain;
  }
}
