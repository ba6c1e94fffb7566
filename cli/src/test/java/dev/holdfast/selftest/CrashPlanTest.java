package dev.holdfast.selftest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which crashes are tried, and how they are written. */
class CrashPlanTest {
  private static final int STEPS = 100;
  private static final int FIRST = 60;
  private static final int LAST = 64;

  /** Every fourth step is a write; between the 60th and the 64th the trees are a mixture. */
  private static CrashPlan plan(long seed) {
    List<String> calls = new ArrayList<>();
    for (int i = 1; i <= STEPS; i++) {
      calls.add(i % 4 == 0 ? "write /x 0+12" : "create /x");
    }
    return new CrashPlan(
        List.of(
            new Reference(Update.APPLY, Map.of(), calls, new Reference.Range(FIRST, LAST)),
            new Reference(Update.FIRST, Map.of(), calls, new Reference.Range(1, 0))),
        seed);
  }

  private static boolean isInWindow(Crash crash) {
    return crash.update().equals("apply") && crash.step() >= FIRST && crash.step() <= LAST;
  }

  private static List<String> points(List<Crash> crashes) {
    return crashes.stream().map(crash -> crash.update() + crash.stop()).toList();
  }

  @Test
  void everyStepAndEveryHalfOfAWriteIsTriedOnce() {
    List<String> points = points(plan(1).all());
    assertThat(points).hasSize(2 * (STEPS + STEPS / 4)).doesNotHaveDuplicates();
    assertThat(points).contains("apply1", "apply100", "apply100half", "first4half", "first100");
  }

  @Test
  void halfOfFewCrashesAreWhereAKillLeavesAMixture() {
    List<Crash> some = plan(2).some(10);
    assertThat(some).hasSize(10);
    assertThat(some.stream().filter(CrashPlanTest::isInWindow)).hasSizeGreaterThanOrEqualTo(5);
    assertThat(points(some)).doesNotHaveDuplicates();
  }

  @Test
  void moreCrashesThanStepsTryEachOnceBeforeAnyTwice() {
    int all = 2 * (STEPS + STEPS / 4);
    List<Crash> many = plan(3).some(all + 5);
    assertThat(new HashSet<>(points(many.subList(0, all)))).hasSize(all);
    assertThat(many).hasSize(all + 5);
  }

  @Test
  void theSeedDecides() {
    assertThat(plan(4).all()).isEqualTo(plan(4).all()).isNotEqualTo(plan(5).all());
    assertThat(plan(4).all())
        .anyMatch(crash -> crash.recovery().killedAt() > 0)
        .anyMatch(crash -> crash.recovery().equals(Crash.Recovery.BY_PROCESS))
        .anyMatch(crash -> crash.recovery().equals(Crash.Recovery.HERE));
  }

  @ParameterizedTest
  @ValueSource(strings = {"apply:208", "undo:57half", "first:3,P", "apply:12half,7"})
  void aCrashIsReadAsItIsWritten(String text) {
    assertThat(Crash.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "apply", "apply:", "apply:1,", "apply:-1", "apply:1,half", "a:1\n"})
  void whatIsNoCrashIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Crash.parse(text));
  }
}
