package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The record under test was begun by root at 07:46 of the day whose 08:00 is now. */
final class LogFilterTest {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00Z");
  private static final TransactionRecord TRANSACTION =
      TransactionJsonTest.record(
          TransactionState.ROLLED_BACK, Outcome.because(NOW, "the disk is full"));

  private static LogFilter filter(String... options) throws UsageException {
    return filter(List.of(), options);
  }

  private static LogFilter filter(List<String> states, String... options) throws UsageException {
    LogFilter filter = new LogFilter();
    new CommandLine(filter).parseArgs(options);
    filter.begin(NOW, bytes(states));
    return filter;
  }

  private static List<ByteString> bytes(List<String> texts) {
    return texts.stream().map(Transcript::bytes).toList();
  }

  private static void assertAccepted(boolean expected, String... options) throws UsageException {
    assertThat(filter(options).accepts(TRANSACTION))
        .as(Arrays.toString(options))
        .isEqualTo(expected);
  }

  @Test
  void withoutOptionsAllAreListed() throws UsageException {
    assertAccepted(true);
  }

  @Test
  void timesAreLimitsThatBelongToTheRange() throws UsageException {
    assertAccepted(true, "--since", "2026-11-22", "--until", "2026-11-23");
    assertAccepted(true, "--since", "2026-11-22T07:46:12.123456789Z");
    assertAccepted(true, "--until", "2026-11-22T07:46:12.123456789Z");
    assertAccepted(true, "--since", "1h");
    assertAccepted(false, "--since", "10m");
    assertAccepted(false, "--until", "2026-11-22T07:46:12Z");
    assertThatThrownBy(() -> filter("--since", "soon")).isInstanceOf(UsageException.class);
  }

  @Test
  void usersAreNamesOrNumbers() throws UsageException {
    assertAccepted(true, "--user", "root");
    assertAccepted(true, "--user", "0");
    assertAccepted(false, "--user", "Root");
    assertAccepted(false, "--user", "1");
  }

  @Test
  void textIsLookedForInMessageCommandAndReason() throws UsageException {
    assertAccepted(true, "--grep", "ROTATE");
    assertAccepted(true, "--grep", "apply it");
    assertAccepted(true, "--grep", "disk is full");
    assertAccepted(false, "--grep", "rotate.*keys");
  }

  @Test
  void statesAreThoseOfTheContract() throws UsageException {
    assertThat(filter(List.of("rolled_back")).accepts(TRANSACTION)).isTrue();
    assertThat(filter(List.of("applied")).accepts(TRANSACTION)).isFalse();
  }

  @Test
  void statesAreToldFromDirectories() throws UsageException {
    LogFilter filter = new LogFilter();
    assertThat(filter.stateDirectories(bytes(List.of("applied", "./applied", "/var/x"))))
        .isEqualTo(bytes(List.of("./applied", "/var/x")));
    assertThatThrownBy(() -> filter.stateDirectories(bytes(List.of("Applied"))))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("rolled_back");
  }
}
