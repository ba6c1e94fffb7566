package dev.holdfast.cli;

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
