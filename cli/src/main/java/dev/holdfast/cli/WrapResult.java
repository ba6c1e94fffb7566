package dev.holdfast.cli;

import dev.holdfast.engine.Change;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Preview;
import dev.holdfast.engine.WrapListener;
import dev.holdfast.engine.Wrapped;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a command that runs another one says: to stderr or a file, because stdout is not its own.
 */
final class WrapResult implements WrapListener {
  private static final String TERMINAL = "/dev/tty";

  private final Printer printer;
  private final boolean ask;
  private boolean previewed;

  WrapResult(Printer printer, boolean ask) {
    this.printer = printer;
    this.ask = ask;
  }

  @Override
  public void waiting(List<String> processes) {
    printer.note(
        "the command has ended; waiting for what it left running: " + String.join(", ", processes));
  }

  @Override
  public boolean approves(Preview preview) throws IOException {
    previewed = true;
    if (!ask) {
      show(preview);
      return false;
    }
    try (OutputStream out = new FileOutputStream(TERMINAL);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(new FileInputStream(TERMINAL), StandardCharsets.UTF_8))) {
      List<String> lines = new ArrayList<>(text(preview));
      lines.add("make these changes? [y/N] ");
      out.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
      out.flush();
      String answer = in.readLine();
      return answer != null
          && List.of("y", "yes").contains(answer.strip().toLowerCase(Locale.ROOT));
    }
  }

  private static List<String> text(Preview preview) {
    return preview.patch().isEmpty() ? ChangeText.lines(preview.changes()) : preview.patch();
  }

  private void show(Preview preview) throws IOException {
    if (printer.isJson()) {
      printer.result(
          List.of(
              printer.jsonText(json -> {
                json.writeNullField("id");
                json.writeNullField("state");
                json.writeNumberField("operations", preview.changes().size());
                json.writeArrayFieldStart("changes");
                for (Change change : preview.changes()) {
                  new EntryJson(json).change(change);
                }
                json.writeEndArray();
                json.writeNumberField("exit", ExitCode.DONE.number());
              })));
    } else if (!preview.changes().isEmpty()) {
      printer.result(text(preview));
    }
  }

  /** Prints what became of the command, and sets the exit status. */
  ExitCode print(Session session, Wrapped wrapped, boolean dryRun) throws IOException {
    wrapped.notes().forEach(printer::note);
    Committed committed = wrapped.committed();
    if (committed == null && wrapped.exit() == 0 && !dryRun) {
      printResult(wrapped, "not approved; nothing was changed (exit 1)", ExitCode.FAILED);
      return ExitCode.FAILED;
    }
    session.passThrough(wrapped.exit());
    if (wrapped.exit() != 0) {
      printResult(
          wrapped,
          "the command exited with " + wrapped.exit() + "; nothing was changed (exit 1)",
          ExitCode.FAILED);
      return ExitCode.FAILED;
    }
    if (dryRun) {
      if (!printer.isJson() || !previewed) {
        printResult(wrapped, "a dry run; nothing was changed", ExitCode.DONE);
      }
      return ExitCode.DONE;
    }
    String text =
        committed == null || committed.sequence().isEmpty()
            ? "nothing to do"
            : "applied as transaction %d: %s"
                .formatted(
                    committed.sequence().getAsLong(), ChangeText.counted(committed.changes()));
    printResult(wrapped, text, ExitCode.DONE);
    return ExitCode.DONE;
  }

  /** Prints what became of a command in an open transaction, and sets the exit status. */
  ExitCode printExec(Session session, Wrapped wrapped, boolean keep) throws IOException {
    session.passThrough(wrapped.exit());
    boolean kept = wrapped.exit() == 0 || keep;
    ExitCode exit = wrapped.exit() == 0 ? ExitCode.DONE : ExitCode.FAILED;
    if (printer.isJson()) {
      printer.result(
          List.of(
              printer.jsonText(json -> {
                json.writeStringField("id", Long.toString(wrapped.sequence()));
                json.writeStringField("state", "active");
                json.writeBooleanField("kept", kept);
                json.writeNumberField("exit", exit.number());
              })));
      return exit;
    }
    String ended = wrapped.exit() == 0 ? "" : "the command exited with " + wrapped.exit() + "; ";
    printer.result(
        List.of(
            "holdfast: "
                + ended
                + (kept ? "kept" : "nothing of it is kept")
                + " in transaction "
                + wrapped.sequence()
                + (exit == ExitCode.DONE ? "" : " (exit 1)")));
    return exit;
  }

  private void printResult(Wrapped wrapped, String text, ExitCode exit) throws IOException {
    Committed committed = wrapped.committed();
    if (!printer.isJson()) {
      printer.result(List.of("holdfast: " + text));
      return;
    }
    boolean applied = committed != null && committed.sequence().isPresent();
    boolean nothing = exit == ExitCode.DONE && !applied;
    printer.result(
        List.of(
            printer.jsonText(json -> {
              if (nothing) {
                json.writeNullField("id");
              } else {
                json.writeStringField("id", Long.toString(wrapped.sequence()));
              }
              json.writeStringField("state", exit == ExitCode.DONE ? "applied" : "rolled_back");
              json.writeNumberField("operations", committed == null ? 0 : committed.operations());
              json.writeNumberField("exit", exit.number());
            })));
  }
}
