package dev.holdfast.cli;

import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.UndoOptions;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code undo}: takes a transaction back. */
@picocli.CommandLine.Command(
    header = "Takes transaction TX back in a new transaction.",
    description =
        "Where a path has changed since, nothing is changed, its name is printed with the"
            + " transactions that changed it, and the exit status is 3.",
    footer = {"", "Example:", "  holdfast undo last -m \"release 2 does not start\""})
final class UndoCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, last, or last~2")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Option(
      names = "--only",
      paramLabel = "PATH",
      description = "take back only what TX changed at or below PATH; may be repeated")
  private List<ByteString> only = new ArrayList<>();

  @Option(
      names = "--cascade",
      description = "take back later transactions that are in the way, too, newest first")
  private boolean cascade;

  @Mixin private final CommitOptions commit = new CommitOptions();

  @Override
  public ExitCode run(Session session) throws IOException {
    CommittedResult result = new CommittedResult(session.printer());
    try (Holdfast holdfast = session.guard(session.open(session.states().standard()))) {
      long sequence = reference.sequenceAfterRecovery(holdfast);
      Committed committed;
      try (ProgressLine progress = session.progress()) {
        UndoOptions options =
            new UndoOptions(commit.toOptions(session), session.paths(only), cascade);
        committed = holdfast.undo(sequence, options, progress);
      }
      commit.report(committed, "undo");
      return result.print(committed);
    }
  }
}
