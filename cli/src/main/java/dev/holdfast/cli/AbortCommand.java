package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** {@code abort}: drops an open transaction. */
@picocli.CommandLine.Command(
    header = "Drops the open transaction TX with all that its commands changed.",
    footer = {"", "Example:", "  holdfast abort 12"})
final class AbortCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, as begin printed it")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Override
  public ExitCode run(Session session) throws IOException {
    try (Holdfast holdfast = session.open(session.states().standard())) {
      long sequence = reference.sequenceIn(holdfast);
      holdfast.abort(sequence);
      if (session.printer().isJson()) {
        session
            .printer()
            .object(json -> {
              json.writeStringField("id", Long.toString(sequence));
              json.writeStringField("state", "rolled_back");
              json.writeNumberField("exit", ExitCode.DONE.number());
            });
      } else {
        session.printer().line("transaction " + sequence + " is dropped; nothing was changed");
      }
      return ExitCode.DONE;
    }
  }
}
