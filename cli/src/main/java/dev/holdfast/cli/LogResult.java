package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.List;

/** What {@code log} prints. */
final class LogResult {
  private final Printer printer;

  LogResult(Printer printer) {
    this.printer = printer;
  }

  /** Prints a transaction. */
  void print(TransactionRecord transaction) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> new TransactionJson(json).summary(transaction));
    } else {
      printer.line(TransactionText.line(transaction));
    }
  }

  /** Prints a transaction, with paths. */
  void print(TransactionRecord transaction, List<AbsolutePath> paths) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        new TransactionJson(json).summary(transaction);
        new EntryJson(json).paths("paths", paths);
      });
      return;
    }
    printer.line(TransactionText.line(transaction));
    for (AbsolutePath path : paths) {
      printer.line("        " + path);
    }
  }
}
