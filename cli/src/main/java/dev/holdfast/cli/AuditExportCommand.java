package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.ChainHead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** {@code audit export}: the whole record. */
@picocli.CommandLine.Command(
    header = "Writes the whole record as JSON Lines.",
    description = {
      "One object a record of the journal, with its bytes and its hash, so that anybody can check"
          + " the chain; where a transaction ended, with all that `holdfast --json show` prints.",
      "docs/audit-export.schema.json describes them."
    },
    footer = {"", "Example:", "  holdfast audit export | gzip > history.jsonl.gz"})
final class AuditExportCommand extends AbstractCommand {
  private static final int FORMAT = 1;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    Printer printer = session.printer();
    try (Holdfast holdfast = session.open(session.states().standard())) {
      holdfast.audit().anchor(); // what is printed here stays, whatever crashes
      try (TransactionLog log = holdfast.log()) {
        printer.object(json -> {
          json.writeStringField("type", "journal");
          json.writeNumberField("format", FORMAT);
          json.writeStringField("journal", log.journal().toString());
        });
        ChainHead head = null;
        for (Iterator<ChainEntry> all = log.entries(1); all.hasNext(); ) {
          ChainEntry entry = all.next();
          print(printer, entry, log);
          head = entry.head();
        }
        printHead(printer, head);
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    }
    return ExitCode.DONE;
  }

  private static void print(Printer printer, ChainEntry entry, TransactionLog log)
      throws IOException {
    printer.object(json -> {
      json.writeStringField("type", entry.kind().label());
      json.writeNumberField("record", entry.number());
      json.writeNumberField("epoch", entry.epoch());
      json.writeStringField("hash", entry.hash().toString());
      json.writeBinaryField("canonical", entry.canonical().bytes());
      if (entry.plan() != null) {
        json.writeBinaryField("plan", entry.plan().bytes());
      }
      if (!entry.transactions().isEmpty()) {
        new TransactionJson(json).ids("transactions", entry.transactions());
      }
      if (entry.state() != null) {
        json.writeStringField("state", entry.state().label());
      }
      if (entry.isEnd()) {
        long sequence = entry.transactions().getFirst();
        json.writeObjectFieldStart("transaction");
        new TransactionJson(json)
            .whole(log.find(sequence).orElseThrow(), log.plan(sequence).orElse(null));
        json.writeEndObject();
      }
    });
  }

  private static void printHead(Printer printer, @Nullable ChainHead head) throws IOException {
    if (head != null) {
      printer.object(json -> {
        json.writeStringField("type", "head");
        json.writeNumberField("records", head.records());
        json.writeStringField("hash", head.digest().toString());
      });
    }
  }
}
