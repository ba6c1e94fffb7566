package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.RootStatus;
import dev.holdfast.engine.Status;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.List;

/** {@code status}: what is open and pending, and the roots. */
@picocli.CommandLine.Command(
    header = "Shows open and pending transactions, and the roots with their level.",
    footer = {"", "Example:", "  holdfast status"})
final class StatusCommand extends AbstractCommand {
  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    try (Holdfast holdfast = session.openIfThere(session.states().standard()).orElse(null)) {
      Status nothing = new Status(List.of(), List.of(), List.of());
      print(session.printer(), holdfast == null ? nothing : holdfast.status());
    }
    return ExitCode.DONE;
  }

  private static void print(Printer printer, Status status) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        TransactionJson transactions = new TransactionJson(json);
        transactions.ids("pending", ids(status.pending()));
        transactions.ids("active", ids(status.active()));
        json.writeArrayFieldStart("roots");
        for (RootStatus root : status.roots()) {
          json.writeStartObject();
          RootText.write(root, json);
          json.writeEndObject();
        }
        json.writeEndArray();
      });
      return;
    }
    printer.line(status.pending().isEmpty() ? "nothing is pending" : "pending:");
    for (TransactionRecord transaction : status.pending()) {
      printer.line(TransactionText.line(transaction));
    }
    if (!status.active().isEmpty()) {
      printer.line("open:");
      for (TransactionRecord transaction : status.active()) {
        printer.line(TransactionText.line(transaction));
      }
    }
    printer.line(status.roots().isEmpty() ? "no roots" : "roots:");
    for (RootStatus root : status.roots()) {
      printer.line("  " + RootText.line(root));
    }
  }

  private static List<Long> ids(List<TransactionRecord> transactions) {
    return transactions.stream().map(TransactionRecord::sequence).toList();
  }
}
