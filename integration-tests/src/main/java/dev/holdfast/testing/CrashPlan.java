package dev.holdfast.testing;

import java.util.Optional;

/**
 * Where a process dies, and whether the power goes with it. Steps are counted from 1, from the
 * moment when the plan was made known to a process, or when the recording of a {@link History}
 * began.
 *
 * @param step the step at which it dies; 0 before any
 * @param done whether that step still takes effect
 * @param powerCut what the power cut leaves, or empty if the cache stays
 */
public record CrashPlan(int step, boolean done, Optional<PowerCut> powerCut) {

  /** Returns the plan to die before the effect of {@code step}, and nothing more. */
  public static CrashPlan kill(int step) {
    return new CrashPlan(step, false, Optional.empty());
  }

  /** Returns the plan to lose power before the effect of {@code step}. */
  public static CrashPlan powerCut(int step, PowerCut.Mode mode, long seed) {
    return new CrashPlan(step, false, Optional.of(new PowerCut(mode, seed)));
  }

  /** Returns the plan to die this way right after the step, before anybody is told. */
  public CrashPlan afterwards() {
    return new CrashPlan(step, true, powerCut);
  }

  /** Returns the Java expression of this plan: the one line that reproduces a failure. */
  @Override
  public String toString() {
    String plan =
        powerCut
            .map(cut -> "powerCut(" + step + ", Mode." + cut.mode() + ", " + cut.seed() + "L)")
            .orElse("kill(" + step + ")");
    return "CrashPlan." + plan + (done ? ".afterwards()" : "");
  }
}
