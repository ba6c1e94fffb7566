package dev.holdfast.cli;

import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code commit}: makes an open transaction live. */
@picocli.CommandLine.Command(
    header = "Makes the open transaction TX live: all that its commands changed, or nothing.",
    description =
        "Where a path was changed behind its back, nothing is changed, its name is printed, the exit"
            + " status is 3, and TX stays open.",
    footer = {"", "Example:", "  holdfast commit 12"})
final class CommitCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, as begin printed it")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Option(
      names = "--gate-wait",
      paramLabel = "SECONDS",
      description = "how long to wait for other writers and for readers at the gate (default: 60)")
  private int gateWait = 60;

  @Option(names = "--syslog", description = "write a line to the system's log, too")
  private boolean systemLog;

  @Override
  public ExitCode run(Session session) throws IOException {
    if (gateWait < 0) {
      throw new UsageException("--gate-wait takes a number of seconds, not " + gateWait);
    }
    CommittedResult result = new CommittedResult(session.printer());
    try (Holdfast holdfast = session.guard(session.open(session.states().standard()))) {
      Committed committed =
          holdfast.commit(
              reference.sequenceIn(holdfast),
              session.transaction("").withPatience(Duration.ofSeconds(gateWait)));
      if (systemLog && committed.sequence().isPresent()) {
        SystemLog.tell(
            committed.sequence().getAsLong(),
            "commit, " + ChangeText.counted(committed.changes()),
            "");
      }
      return result.print(committed);
    }
  }
}
