package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.ExitCode.Purpose;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ExitCodeTest {
  private static int update(Throwable failure) {
    return ExitCode.of(failure, Purpose.UPDATE).number();
  }

  private static int question(Throwable failure) {
    return ExitCode.of(failure, Purpose.QUESTION).number();
  }

  @Test
  void usageIsTwo() {
    assertThat(update(new UsageException("x"))).isEqualTo(2);
    assertThat(question(new UsageException("x"))).isEqualTo(2);
  }

  @Test
  void conflictAndBusyAreThree() {
    assertThat(update(new ConflictException("x", List.of("a")))).isEqualTo(3);
    assertThat(update(new BusyException("x", "pid 1"))).isEqualTo(3);
    assertThat(question(new JournalException(JournalException.Reason.BUSY, "x"))).isEqualTo(3);
  }

  @Test
  void doubtIsFour() {
    assertThat(update(new InDoubtException("x", null))).isEqualTo(4);
  }

  @Test
  void aRecoveryThatCouldNotLookDoesNotSayThatNothingIsHalfDone() {
    DiskException unreadable = new DiskException(DiskError.IO, "open", "/x");
    assertThat(ExitCode.of(unreadable, Purpose.RECOVERY).number()).isEqualTo(5);
    assertThat(ExitCode.of(new RefusedException("x"), Purpose.RECOVERY).number()).isEqualTo(1);
  }

  @Test
  void whatChangedNothingDependsOnThePurpose() {
    for (Throwable failure :
        List.of(
            new RefusedException("x"),
            new RolledBackException("x"),
            new DiskException(DiskError.DENIED, "open", "/x"),
            new IOException("x"),
            new UncheckedIOException(new IOException("x")))) {
      assertThat(update(failure)).isEqualTo(1);
      assertThat(question(failure)).isEqualTo(5);
    }
  }

  @Test
  void anUnusableJournalIsFive() {
    for (JournalException.Reason reason : JournalException.Reason.values()) {
      if (reason != JournalException.Reason.BUSY) {
        assertThat(update(new JournalException(reason, "x"))).isEqualTo(5);
      }
    }
  }

  @Test
  void aFaultInTheProgramPromisesNothing() {
    assertThat(update(new IllegalStateException("x"))).isEqualTo(5);
    assertThat(update(new StackOverflowError())).isEqualTo(5);
  }
}
