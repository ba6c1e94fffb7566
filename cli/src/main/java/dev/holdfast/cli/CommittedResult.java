package dev.holdfast.cli;

import dev.holdfast.engine.Change;
import dev.holdfast.engine.Committed;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What all commands that commit print in the end. */
final class CommittedResult {
  private final Printer printer;

  CommittedResult(Printer printer) {
    this.printer = printer;
  }

  /** Prints what was committed. */
  ExitCode print(Committed committed) throws IOException {
    committed.notes().forEach(printer::note);
    if (printer.isJson()) {
      printer.object(json -> {
        json.writeStringField("id", id(committed));
        json.writeStringField("state", "applied");
        json.writeNumberField("operations", committed.operations());
        json.writeNumberField("exit", ExitCode.DONE.number());
      });
    } else if (committed.sequence().isEmpty()) {
      printer.line("nothing to do");
    } else {
      printer.line(
          "applied as transaction %s: %s"
              .formatted(id(committed), ChangeText.counted(committed.changes())));
    }
    return ExitCode.DONE;
  }

  /** Prints what would be done. */
  ExitCode printDryRun(Committed committed) throws IOException {
    committed.notes().forEach(printer::note);
    if (!printer.isJson()) {
      for (String line : ChangeText.lines(committed.changes())) {
        printer.line(line);
      }
      return ExitCode.DONE;
    }
    printer.object(json -> {
      json.writeNullField("id");
      json.writeNullField("state");
      json.writeNumberField("operations", committed.operations());
      json.writeArrayFieldStart("changes");
      for (Change change : committed.changes()) {
        json.writeStartObject();
        json.writeStringField("change", String.valueOf(change.kind().letter()));
        new EntryJson(json).path("path", change.path());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("exit", ExitCode.DONE.number());
    });
    return ExitCode.DONE;
  }

  private static @Nullable String id(Committed committed) {
    return committed.sequence().isPresent()
        ? Long.toString(committed.sequence().getAsLong())
        : null;
  }
}
