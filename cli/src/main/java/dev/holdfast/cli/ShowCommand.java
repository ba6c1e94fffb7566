package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Changes;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show}: one transaction. */
@picocli.CommandLine.Command(
    header = "Shows transaction TX: who, when, why, and each operation.",
    description =
        "A added, M content, m metadata only, T type, D deleted, R old -> new; below the root, or"
            + " absolute where there are several.",
    footer = {"", "Example:", "  holdfast show last --patch"})
final class ShowCommand extends AbstractCommand {
  @Parameters(paramLabel = "TX", description = "a number, last, or last~2")
  private TransactionReference reference = new TransactionReference.Last(0);

  @Option(names = "--patch", description = "show the changes of texts as well")
  private boolean patch;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    try (Holdfast holdfast = session.open(session.states().standard())) {
      TransactionRecord transaction;
      Plan plan;
      try (TransactionLog log = holdfast.log()) {
        transaction = reference.find(log);
        plan = log.plan(transaction.sequence()).orElse(null);
      }
      List<String> diff = patch ? holdfast.patch(transaction.sequence()) : List.of();
      if (session.printer().isJson()) {
        printJson(session.printer(), transaction, plan, diff);
      } else {
        print(session.printer(), transaction, plan, diff);
      }
    }
    return ExitCode.DONE;
  }

  private void printJson(
      Printer printer, TransactionRecord transaction, @Nullable Plan plan, List<String> diff)
      throws IOException {
    printer.object(json -> {
      TransactionJson writer = new TransactionJson(json);
      writer.whole(transaction, plan);
      if (patch) {
        writer.strings("patch", diff);
      }
    });
  }

  private static void print(
      Printer printer, TransactionRecord transaction, @Nullable Plan plan, List<String> diff)
      throws IOException {
    for (String line : TransactionText.lines(transaction)) {
      printer.line(line);
    }
    if (plan != null) {
      List<AbsolutePath> roots = plan.roots().stream().map(PlannedRoot::path).toList();
      printer.line("");
      for (String line : ChangeText.lines(Changes.of(plan.operations(), roots))) {
        printer.line(line);
      }
    }
    if (!diff.isEmpty()) {
      printer.line("");
    }
    for (String line : diff) {
      printer.line(line);
    }
  }
}
