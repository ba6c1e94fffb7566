package dev.holdfast.testing.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * All sequences of one operation, and a sample of those of two and three, crashed in every legal
 * way; and random long histories. All of them: {@code ./verify --campaign sequences}.
 */
final class SequenceCrashIT {
  private static final long SEED = Long.getLong("holdfast.seed", System.currentTimeMillis());
  private static final Figures TOTAL = new Figures();

  @Test
  void everyOperationAloneIsAllOrNothing() throws IOException {
    SequenceSweep sweep = new SequenceSweep(TOTAL, SEED);
    sweep.all(1, false);
    assertThat(sweep.sequences()).isGreaterThan(10);
    assertThat(TOTAL.inWindow()).isPositive();
  }

  @Test
  void sequencesOfTwoAndThreeAre() throws IOException {
    SequenceSweep sweep = new SequenceSweep(TOTAL, SEED);
    sweep.some(2, 12);
    sweep.some(3, 12);
    assertThat(sweep.sequences()).isEqualTo(24);
  }

  @Test
  void longRandomHistoriesAre() throws IOException {
    SequenceSweep sweep = new SequenceSweep(TOTAL, SEED);
    sweep.random(12, 150);
  }

  @AfterAll
  @SuppressWarnings("SystemOut")
  static void report() {
    System.out.println("sequences: " + TOTAL + "; seed " + SEED);
  }
}
