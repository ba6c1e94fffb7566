package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Change;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Drift.Difference;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code verify}: what was changed outside of any transaction. */
@picocli.CommandLine.Command(
    header = "Compares the live trees with what the journal last recorded of them.",
    description = {
      "A unmanaged, M content, m metadata only, T type, D missing; below the root, or absolute where"
          + " there are several. Exit status 1 where anything differs.",
      "A file is read where its size, times or inode leave it open whether it is the same; with"
          + " --checksum always."
    },
    footer = {"", "Example:", "  holdfast verify --checksum /srv/app"})
final class VerifyCommand extends AbstractCommand {
  @Parameters(arity = "0..*", paramLabel = "ROOT", description = "only these roots")
  private List<ByteString> roots = new ArrayList<>();

  @Option(names = "--checksum", description = "compare all bytes, whatever size and times say")
  private boolean checksum;

  @Option(names = "--all", description = "list what no transaction has touched, too")
  private boolean all;

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> paths = session.paths(roots);
    StateDirectories states = session.states();
    AbsolutePath state = paths.isEmpty() ? states.standard() : states.of(paths.getFirst());
    Drift drift;
    try (Holdfast holdfast = session.guard(session.open(state));
        ProgressLine progress = session.progress()) {
      drift = holdfast.verify(paths, checksum, all, progress);
    }
    ExitCode exit = drift.isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
    if (session.printer().isJson()) {
      printJson(session.printer(), drift, exit);
    } else {
      print(session.printer(), drift);
    }
    return exit;
  }

  private void print(Printer printer, Drift drift) throws IOException {
    List<Change> changes = drift.differences().stream().map(Difference::change).toList();
    for (String line : ChangeText.lines(changes)) {
      printer.line(line);
    }
    printer.note(
        "%d of %s managed, %s"
            .formatted(
                drift.managed(),
                TransactionText.counted(drift.managed() + drift.unmanaged(), "path"),
                drift.isEmpty()
                    ? "all as committed"
                    : TransactionText.counted(drift.differences().size(), "difference")));
    if (global().isVerbose()) {
      for (Difference difference : drift.differences()) {
        printer.note(explanation(difference));
      }
      for (Difference same : drift.asCommitted()) {
        printer.note(explanation(same));
      }
    }
  }

  private static String explanation(Difference difference) {
    AbsolutePath path = difference.root().resolve(difference.path());
    if (difference.transaction() == null) {
      return path + ": no transaction has touched it";
    }
    if (difference.aspects().isEmpty()) {
      return path + ": as committed by transaction " + difference.transaction();
    }
    return path
        + ": "
        + difference.aspects().stream().map(Drift.Aspect::label).collect(Collectors.joining(", "))
        + " since transaction "
        + difference.transaction();
  }

  private static void printJson(Printer printer, Drift drift, ExitCode exit) throws IOException {
    printer.object(json -> {
      json.writeNumberField("managed", drift.managed());
      json.writeNumberField("unmanaged", drift.unmanaged());
      json.writeArrayFieldStart("differences");
      for (Difference difference : drift.differences()) {
        json.writeStartObject();
        json.writeStringField("change", String.valueOf(difference.change().kind().letter()));
        EntryJson entries = new EntryJson(json);
        entries.name("root", difference.root().bytes());
        entries.path("path", difference.path());
        new TransactionJson(json)
            .strings("differs", difference.aspects().stream().map(Drift.Aspect::label).toList());
        Long transaction = difference.transaction();
        json.writeStringField(
            "transaction", transaction == null ? null : Long.toString(transaction));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("exit", exit.number());
    });
  }
}
