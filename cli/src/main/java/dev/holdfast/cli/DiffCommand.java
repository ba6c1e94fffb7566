package dev.holdfast.cli;

import dev.holdfast.engine.Change;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Preview;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diff}: what an open transaction would change. */
@picocli.CommandLine.Command(
    header = "Shows what the open transaction TX would change if it were committed now.",
    footer = {"", "Example:", "  holdfast diff --patch 12"})
final class DiffCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, as begin printed it")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Option(names = "--patch", description = "show the changes as a unified diff")
  private boolean patch;

  @Option(names = "--exit-code", description = "exit with 1 if there are changes")
  private boolean exitCode;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    Printer printer = session.printer();
    try (Holdfast holdfast = session.open(session.states().standard())) {
      Preview preview = holdfast.diff(reference.sequenceIn(holdfast), patch);
      boolean changes = exitCode && !preview.changes().isEmpty();
      ExitCode exit = changes ? ExitCode.FAILED : ExitCode.DONE;
      if (printer.isJson()) {
        printer.object(json -> {
          json.writeArrayFieldStart("changes");
          for (Change change : preview.changes()) {
            new EntryJson(json).change(change);
          }
          json.writeEndArray();
          json.writeNumberField("exit", exit.number());
        });
        return exit;
      }
      List<String> lines = patch ? preview.patch() : ChangeText.lines(preview.changes());
      for (String line : lines) {
        printer.line(line);
      }
      return exit;
    }
  }
}
