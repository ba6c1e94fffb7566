package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Anchor;
import dev.holdfast.engine.EpochFiles;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ChainReport;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code audit check}: whether the record is whole. */
@picocli.CommandLine.Command(
    header = "Checks the hash chain over all transactions. Exit status 1 if anything is wrong.",
    description =
        "With an anchor that was kept elsewhere (`holdfast audit anchor`), it also finds that the"
            + " newest records were cut off, or that all were made anew.",
    footer = {"", "Example:", "  holdfast audit check --anchor /media/stick/anchors"})
final class AuditCheckCommand extends AbstractCommand {
  @Option(
      names = "--anchor",
      paramLabel = "FILE",
      description =
          "compare with the anchors in FILE, one a line; those of other journals are left")
  private @Nullable ByteString anchorFile;

  @Option(
      names = "--epoch",
      paramLabel = "FILE",
      description = "check this copy of a sealed epoch, not the journal; may be repeated, in order")
  private List<ByteString> epochs = new ArrayList<>();

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    List<Anchor> anchors = anchorFile == null ? List.of() : anchors(session, anchorFile);
    try {
      if (epochs.isEmpty()) {
        try (Holdfast holdfast = session.open(session.states().standard())) {
          print(session.printer(), holdfast.audit().check(anchors), anchors);
        }
      } else {
        List<AbsolutePath> files = session.paths(epochs);
        for (EpochFiles.Checked checked : EpochFiles.check(session.disk(), files, anchors)) {
          print(session.printer(), checked);
        }
      }
      return ExitCode.DONE;
    } catch (JournalException e) {
      if (e.reason() != Reason.DAMAGED) {
        throw e;
      }
      String problem = String.valueOf(e.getMessage());
      if (session.printer().isJson()) {
        session
            .printer()
            .object(json -> {
              json.writeBooleanField("whole", false);
              json.writeStringField("problem", problem);
              json.writeNumberField("exit", ExitCode.FAILED.number());
            });
      } else {
        session.printer().line(ArgumentText.oneLine(problem));
      }
      return ExitCode.FAILED;
    }
  }

  private static List<Anchor> anchors(Session session, ByteString file) throws IOException {
    List<Anchor> anchors;
    try {
      anchors = Anchor.read(session.disk(), session.path(file));
    } catch (IllegalArgumentException e) {
      throw UsageException.saying(e);
    }
    if (anchors.isEmpty()) {
      throw new UsageException("there is no anchor in " + session.path(file));
    }
    return anchors;
  }

  private static void print(Printer printer, ChainReport report, List<Anchor> anchors)
      throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        json.writeBooleanField("whole", true);
        json.writeNumberField("records", report.head().records());
        json.writeNumberField("transactions", report.transactions());
        json.writeNumberField("epochs", report.epochs());
        json.writeNumberField("torn_bytes", report.tornBytes());
        json.writeBooleanField("anchored", !anchors.isEmpty());
        json.writeNumberField("exit", ExitCode.DONE.number());
      });
      return;
    }
    printer.line(
        "whole: %s of %s in %s%s"
            .formatted(
                TransactionText.counted(report.head().records(), "record"),
                TransactionText.counted(report.transactions(), "transaction"),
                TransactionText.counted(report.epochs(), "epoch"),
                anchors.isEmpty() ? "" : ", and as anchored"));
    if (report.tornBytes() > 0) {
      printer.note(
          TransactionText.bytes(report.tornBytes())
              + " follow the last whole record: a crash cut a write, or somebody changed the newest"
              + " records; an anchor tells which");
    }
  }

  private static void print(Printer printer, EpochFiles.Checked checked) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        json.writeBooleanField("whole", true);
        json.writeStringField("journal", checked.journal().toString());
        json.writeNumberField("epoch", checked.epoch());
        json.writeNumberField("first", checked.before().records() + 1);
        json.writeNumberField("last", checked.head().records());
        json.writeStringField("before", checked.before().digest().toString());
        json.writeStringField("hash", checked.head().digest().toString());
        json.writeNumberField("length", checked.length());
        json.writeStringField("sha256", checked.digest().toString());
        json.writeNumberField("exit", ExitCode.DONE.number());
      });
      return;
    }
    printer.line(
        "whole: epoch %d, records %d to %d"
            .formatted(checked.epoch(), checked.before().records() + 1, checked.head().records()));
    printer.line("  goes on from " + checked.before().digest());
    printer.line("  " + new Anchor(checked.journal(), checked.head()).text());
  }
}
