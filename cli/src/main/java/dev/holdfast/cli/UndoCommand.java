package dev.holdfast.cli;

import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import java.io.IOException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code undo}: takes a transaction back. */
@picocli.CommandLine.Command(
    header = "Takes transaction TX back in a new transaction.",
    description =
        "Where a path has changed since, nothing is changed, its name is printed and the exit status"
            + " is 3.",
    footer = {"", "Example:", "  holdfast undo last -m \"release 2 does not start\""})
final class UndoCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, last, or last~2")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode run(Session session) throws IOException {
    CommittedResult result = new CommittedResult(session.printer());
    try (Holdfast holdfast = session.guard(session.open(session.states().standard()))) {
      long sequence = reference.sequenceIn(holdfast);
      Committed committed;
      try (ProgressLine progress = session.progress()) {
        committed = holdfast.undo(sequence, commit.toOptions(session), progress);
      }
      return result.print(committed);
    }
  }
}
