package dev.holdfast.testing.proof;

import dev.holdfast.testing.CrashPlan;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;

/** Crashes generated scenarios: sequences of operations, all or some, and random histories. */
final class SequenceSweep {
  /** So many pending changes have 64 subsets, and all of them are tried. */
  private static final int MOST_PENDING = 6;

  private final Figures figures;
  private final long seed;
  private final SplittableRandom random;
  private int sequences;

  SequenceSweep(Figures figures, long seed) {
    this.figures = figures;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  /** Returns how many sequences there were so far, those that cannot be left out. */
  int sequences() {
    return sequences;
  }

  /** Crashes every sequence of this length at every step in every legal way. */
  void all(int length, boolean together) throws IOException {
    for (OperationSequence sequence : OperationSequence.all(length, together)) {
      exhaust(sequence);
    }
  }

  /** Crashes some sequences of this length, half of them as one transaction. */
  void some(int length, int count) throws IOException {
    List<OperationSequence> together = OperationSequence.all(length, true);
    List<OperationSequence> alone = OperationSequence.all(length, false);
    for (int done = 0; done < count; ) {
      List<OperationSequence> from = done % 2 == 0 ? together : alone;
      if (exhaust(from.get(random.nextInt(from.size())))) {
        done++;
      }
    }
  }

  private boolean exhaust(OperationSequence sequence) throws IOException {
    EngineSweep sweep;
    try {
      sweep = EngineSweep.record(sequence.scenario(), figures);
    } catch (NoChangeException e) {
      return false;
    }
    sequences++;
    for (int step = 1; step <= sweep.steps() + 1; step++) {
      for (CrashPlan plan : sweep.everyPlan(step, MOST_PENDING, seed)) {
        // A crash of every so many recoveries: those of a sequence hardly differ.
        int deeper = random.nextInt(8) == 0 ? 1 : 0;
        sweep.crash(plan, random.nextLong(), deeper, deeper);
      }
    }
    return true;
  }

  /** Crashes random histories, each so many times. */
  void random(int histories, int crashes) throws IOException {
    for (int done = 0; done < histories; ) {
      EngineSweep sweep;
      try {
        sweep = EngineSweep.record(new RandomScenario(random.nextInt(1 << 30)).scenario(), figures);
      } catch (NoChangeException e) {
        continue;
      }
      done++;
      for (int i = 0; i < crashes; i++) {
        int step = 1 + random.nextInt(sweep.steps() + 1);
        List<CrashPlan> plans = sweep.plans(step, random.nextInt(1 << 20), 1);
        sweep.crash(plans.get(random.nextInt(plans.size())), random.nextLong(), 1, 1);
      }
    }
  }
}
