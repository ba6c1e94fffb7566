package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.SqlHistory;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sql}: questions about the history. */
@picocli.CommandLine.Command(
    header = "Answers a question about the history in SQL.",
    description = {
      "The tables transactions, operations and roots are derived from the journal and brought up to"
          + " date first. Nothing can be changed, and nothing else be read.",
      "With --json one object a row is printed, with --csv what spreadsheets take."
    },
    footer = {
      "",
      "Example:",
      "  holdfast sql \"SELECT path, MAX(transaction_id) FROM operations GROUP BY path\""
    })
final class SqlCommand extends AbstractCommand {
  @Parameters(arity = "0..1", paramLabel = "SELECT", description = "the question")
  private @Nullable String query;

  @Option(names = "--schema", description = "print the tables")
  private boolean schema;

  @Option(names = "--csv", description = "print comma-separated values, with a header")
  private boolean csv;

  @Option(
      names = "--export",
      paramLabel = "FILE",
      description = "write tables and rows to FILE, as SQL statements for another database")
  private @Nullable ByteString export;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    Printer printer = session.printer();
    if ((query == null ? 0 : 1) + (schema ? 1 : 0) + (export == null ? 0 : 1) != 1) {
      throw new UsageException("sql takes a question, or --schema, or --export FILE");
    }
    if (schema) {
      for (String line : SqlHistory.schema().lines().toList()) {
        printer.line(line);
      }
      return ExitCode.DONE;
    }
    try (Holdfast holdfast = session.open(session.states().standard());
        SqlHistory history = holdfast.sql()) {
      if (export != null) {
        AbsolutePath path = session.path(export);
        Output.write(session.disk(), path, history::export);
      } else if (query != null) {
        RowPrinter rows =
            printer.isJson()
                ? new RowPrinter.AsJson(printer)
                : csv ? new RowPrinter.AsCsv(printer) : new RowPrinter.AsTable(printer);
        history.query(query, rows);
        rows.end();
      }
    }
    return ExitCode.DONE;
  }
}
