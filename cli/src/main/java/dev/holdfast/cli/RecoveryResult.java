package dev.holdfast.cli;

import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import java.io.IOException;
import java.util.Locale;

/** What {@code recover} and {@code resolve} print. */
final class RecoveryResult {
  private final Printer printer;

  RecoveryResult(Printer printer) {
    this.printer = printer;
  }

  /**
   * Prints what was found and done.
   *
   * @param check whether it was only looked: then a living writer's transaction is pending too
   */
  ExitCode print(RecoveryReport report, boolean check) throws IOException {
    ExitCode exit = exit(report, check);
    if (printer.isJson()) {
      printJson(report, exit);
    } else if (report.isClean()) {
      printer.line("nothing is pending");
    } else {
      for (RecoveryReport.Finding finding : report.findings()) {
        printer.line(ArgumentText.oneLine(finding.text()));
      }
    }
    return exit;
  }

  private void printJson(RecoveryReport report, ExitCode exit) throws IOException {
    printer.object(json -> {
      json.writeArrayFieldStart("findings");
      for (RecoveryReport.Finding finding : report.findings()) {
        Long sequence = finding.sequence();
        json.writeStartObject();
        json.writeStringField("id", sequence == null ? null : Long.toString(sequence));
        new EntryJson(json).paths("roots", finding.roots());
        json.writeStringField("result", finding.result().name().toLowerCase(Locale.ROOT));
        json.writeStringField("text", finding.text());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("exit", exit.number());
    });
  }

  private static ExitCode exit(RecoveryReport report, boolean check) {
    boolean busy = report.findings().stream().anyMatch(f -> f.result() == Result.BUSY);
    if (report.isUnresolved() || (check && busy)) {
      return ExitCode.PENDING;
    }
    return busy ? ExitCode.CONFLICT : ExitCode.DONE;
  }
}
