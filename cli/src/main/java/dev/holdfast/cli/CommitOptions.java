package dev.holdfast.cli;

import dev.holdfast.engine.Options;
import java.time.Duration;
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

  /** Returns how the transaction is made and recorded. */
  Options toOptions(Session session) throws UsageException {
    if (gateWait < 0) {
      throw new UsageException("--gate-wait takes a number of seconds, not " + gateWait);
    }
    return session
        .transaction(message)
        .withPatience(Duration.ofSeconds(gateWait))
        .withRedacted(redacted);
  }
}
