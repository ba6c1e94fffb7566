package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import picocli.CommandLine.Option;

/** {@code report}: the history as a page. */
@picocli.CommandLine.Command(
    header = "Writes the history as one self-contained page: no network, no other file.",
    description =
        "With a timeline, every transaction with its operations and the changes of texts, search,"
            + " what was changed outside of any transaction, and the state of the hash chain.",
    footer = {"", "Example:", "  holdfast report -o history.html"})
final class ReportCommand extends AbstractCommand {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "the page; what is there is replaced")
  private ByteString output = ArgumentText.carriedBy("");

  @Option(
      names = "-n",
      paramLabel = "N",
      description = "the newest N transactions (default: ${DEFAULT-VALUE})")
  private int limit = 10_000;

  @Option(names = "--no-drift", description = "do not look at the live trees")
  private boolean withoutDrift;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    if (limit < 1) {
      throw new UsageException("-n takes a number of transactions, not " + limit);
    }
    AbsolutePath path = session.path(output);
    try (Holdfast holdfast = session.open(session.states().standard());
        ProgressLine progress = session.progress()) {
      Report report = new Report(holdfast, session.clock().instant(), limit);
      if (!withoutDrift) {
        report.compare(progress);
      }
      Output.write(session.disk(), path, report::writeTo);
    }
    session.printer().note("written: " + path);
    return ExitCode.DONE;
  }
}
