package dev.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.TestClock.Moment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ways out of doubt, from states that no sound disk shows. */
class ResolveTest {
  @TempDir Path folder;
  private CrashedRoot root;

  @BeforeEach
  void make() throws IOException {
    root = new CrashedRoot(folder);
  }

  /** Crashes half way, as if what was not done yet could not be told from what was. */
  private void crashInDoubt(Moment moment) throws IOException {
    root.crash(moment);
    try (Holdfast holdfast = root.open("state");
        JournalWriter writer = holdfast.engine().journal().write()) {
      writer.advance(
          1, TransactionState.IN_DOUBT, Outcome.because(root.clock.instant(), "for a test"));
    }
  }

  private RecoveryReport.Finding resolve(Direction direction, boolean force) throws IOException {
    try (Holdfast holdfast = root.open("state")) {
      return holdfast.resolve(1, direction, force).findings().getFirst();
    }
  }

  private void assertEnded(TransactionState state) throws IOException {
    assertThat(root.control.resolve("pending")).doesNotExist();
    try (Holdfast holdfast = root.open("state")) {
      assertThat(CrashedRoot.record(holdfast, 1).state()).isEqualTo(state);
      assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
      Root live = holdfast.root(root.live);
      try (Transaction tx = holdfast.begin(Options.message("goes on"), live)) {
        tx.write(live, "later", new byte[1]);
        tx.commit();
      }
    }
  }

  @Test
  void goesForward() throws IOException {
    crashInDoubt(Moment.AFTER_GO);
    assertThat(resolve(Direction.FORWARD, false).result()).isEqualTo(Result.FORWARD);
    assertThat(root.live.resolve("a")).hasContent("new a");
    assertThat(root.live.resolve("b")).doesNotExist();
    assertThat(root.live.resolve("c/x")).hasContent("x");
    assertEnded(TransactionState.APPLIED);
  }

  @Test
  void goesBack() throws IOException {
    crashInDoubt(Moment.AFTER_APPLYING);
    assertThat(resolve(Direction.BACK, false).result()).isEqualTo(Result.BACK);
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
    assertEnded(TransactionState.ROLLED_BACK);
  }

  @Test
  void acceptsTheTreeAsItStandsWithWhatIsNotDoneOnRecord() throws IOException {
    crashInDoubt(Moment.AFTER_GO);
    root.exchange(root.slot("new a"), "a");

    RecoveryReport.Finding finding = resolve(Direction.AS_IS, false);

    assertThat(finding.result()).isEqualTo(Result.TIDIED);
    assertThat(root.live.resolve("a")).hasContent("new a");
    assertThat(root.live.resolve("b")).hasContent("old b");
    assertThat(root.live.resolve("c")).doesNotExist();
    try (Holdfast holdfast = root.open("state")) {
      Outcome outcome = Objects.requireNonNull(CrashedRoot.record(holdfast, 1).outcome());
      assertThat(outcome.reason()).isEqualTo("accepted as it stands");
      assertThat(outcome.notes())
          .containsExactly("c: was not done", "c/x: was not done", "b: was not done");
    }
    assertThat(Files.readString(root.slot("old a"))).isEqualTo("old a");
    assertEnded(TransactionState.APPLIED);
  }

  @Test
  void leavesOutWhatIsDamagedOnlyByForce() throws IOException {
    crashInDoubt(Moment.AFTER_GO);
    Files.writeString(root.slot("new a"), "gar a");

    RecoveryReport.Finding refused = resolve(Direction.FORWARD, false);
    assertThat(refused.result()).isEqualTo(Result.UNRESOLVED);
    assertThat(refused.text()).contains("a: staged entry", "--force");
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);

    RecoveryReport.Finding forced = resolve(Direction.FORWARD, true);
    assertThat(forced.result()).isEqualTo(Result.FORWARD);
    assertThat(forced.text()).contains("a: left out");
    assertThat(root.live.resolve("a")).hasContent("old a");
    assertThat(root.live.resolve("b")).doesNotExist();
    assertThat(root.live.resolve("c/x")).hasContent("x");
    assertEnded(TransactionState.APPLIED);
  }

  @Test
  void leavesPathsWithoutTheirBeforeImageOnlyByForce() throws IOException {
    crashInDoubt(Moment.AFTER_APPLYING);
    Files.delete(root.slot("old a"));

    RecoveryReport.Finding refused = resolve(Direction.BACK, false);
    assertThat(refused.result()).isEqualTo(Result.UNRESOLVED);
    assertThat(refused.text()).contains("/live/a: its before-image is gone");
    assertThat(TreeState.of(root.live)).isEqualTo(root.after);

    assertThat(resolve(Direction.BACK, true).result()).isEqualTo(Result.BACK);
    assertThat(root.live.resolve("a")).hasContent("new a");
    assertThat(root.live.resolve("b")).hasContent("old b");
    assertThat(root.live.resolve("c")).doesNotExist();
    assertEnded(TransactionState.ROLLED_BACK);
  }

  @Test
  void turnsARollbackRoundWhereItCannotEnd() throws IOException {
    root.crash(Moment.AFTER_GO);
    try (Holdfast holdfast = root.open("state");
        JournalWriter writer = holdfast.engine().journal().write()) {
      writer.advance(
          1, TransactionState.ROLLING_BACK, Outcome.because(root.clock.instant(), "for a test"));
    }
    Files.writeString(root.control.resolve("pending"), "torn");
    assertThat(resolve(Direction.FORWARD, false).result()).isEqualTo(Result.FORWARD);
    assertThat(root.live.resolve("a")).hasContent("new a");
    assertEnded(TransactionState.APPLIED);
  }

  @Test
  void takesADamagedMarkerForThatOfTheTransactionThatWasBeingApplied() throws IOException {
    root.crash(Moment.AFTER_GO);
    Files.writeString(root.control.resolve("pending"), "torn");
    try (Holdfast holdfast = root.open("state")) {
      assertThat(holdfast.recover(List.of(root.path()), false).findings())
          .anySatisfy(finding -> {
            assertThat(finding.result()).isEqualTo(Result.UNRESOLVED);
            assertThat(finding.text()).contains("holdfast resolve 1");
          });
    }
    assertThat(resolve(Direction.BACK, false).result()).isEqualTo(Result.BACK);
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
    assertEnded(TransactionState.ROLLED_BACK);
  }

  @Test
  void touchesNoTreeOnceTheMarkerIsGone() throws IOException {
    crashInDoubt(Moment.AFTER_GO);
    Files.delete(root.control.resolve("pending"));
    assertThatThrownBy(() -> resolve(Direction.FORWARD, true))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("only --as-is");
    assertThat(resolve(Direction.AS_IS, false).result()).isEqualTo(Result.TIDIED);
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
    assertEnded(TransactionState.APPLIED);
  }

  @Test
  void acceptsARootThatIsGoneUnseen() throws IOException {
    root.crash(Moment.AFTER_GO);
    Files.move(folder.resolve(".holdfast"), folder.resolve("gone"));
    assertThatThrownBy(() -> resolve(Direction.AS_IS, false))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--force");

    assertThat(resolve(Direction.AS_IS, true).text()).contains("accepted unseen");

    try (Holdfast holdfast = root.open("state")) {
      assertThat(CrashedRoot.record(holdfast, 1).state()).isEqualTo(TransactionState.APPLIED);
      holdfast.forget(root.path());
      assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
    }
  }

  @Test
  void refusesWhatRecoveryCanDecide() throws IOException {
    root.crash(Moment.AFTER_GO);
    assertThatThrownBy(() -> resolve(Direction.BACK, true))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("holdfast recover");
    try (Holdfast holdfast = root.open("state")) {
      holdfast.recover(List.of(), false);
    }
    assertThatThrownBy(() -> resolve(Direction.BACK, true))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nothing to resolve");
  }
}
