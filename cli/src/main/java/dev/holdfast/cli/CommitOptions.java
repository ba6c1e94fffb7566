package dev.holdfast.cli;

import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Options;
import dev.holdfast.journal.ByteString;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of all commands that commit. */
final class CommitOptions {
  @Option(
      names = {"-m", "--message"},
      paramLabel = "TEXT",
      description = "why, for the record")
  private String message = "";

  @Option(
      names = "--gate-wait",
      paramLabel = "SECONDS",
      description = "how long to wait for other writers and for readers at the gate (default: 60)")
  private int gateWait = 60;

  @Option(
      names = "--redact",
      description = "keep this command line out of the record, but for the command's name")
  private boolean redacted;

  @Option(
      names = "--then",
      paramLabel = "COMMAND",
      description =
          "run it by sh when everything is visible and durable; at least once: recover runs it if a"
              + " crash came between")
  private @Nullable ByteString then;

  @Option(names = "--syslog", description = "write a line to the system's log, too")
  private boolean systemLog;

  /** Tells the system's log of a transaction that took place, if that is wanted. */
  void report(Committed committed, String what) {
    if (systemLog && committed.sequence().isPresent()) {
      SystemLog.tell(
          committed.sequence().getAsLong(),
          what + ", " + ChangeText.counted(committed.changes()),
          message);
    }
  }

  /** Tells the system's log of a transaction that was begun and goes on, if that is wanted. */
  void reportBegun(long sequence) {
    if (systemLog) {
      SystemLog.tell(sequence, "begin", message);
    }
  }

  /** Returns how the transaction is made and recorded. */
  Options toOptions(Session session) throws UsageException {
    if (gateWait < 0) {
      throw new UsageException("--gate-wait takes a number of seconds, not " + gateWait);
    }
    return session
        .transaction(message)
        .withPatience(Duration.ofSeconds(gateWait))
        .withRedacted(redacted)
        .withThen(then);
  }
}
