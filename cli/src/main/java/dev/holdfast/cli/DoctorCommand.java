package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.Diagnosis;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.RootStatus;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Parameters;

/** {@code doctor}: what a mount offers. */
@picocli.CommandLine.Command(
    header =
        "Says what the mounts of the ROOTs, or of all roots, offer, and which level each gets.",
    description =
        "Changes nothing that stays. A ROOT may be a directory that is not under care yet.",
    footer = {"", "Example:", "  holdfast doctor /srv/app"})
final class DoctorCommand extends AbstractCommand {
  @Parameters(paramLabel = "ROOT", arity = "0..*", description = "directories; all roots if none")
  private List<ByteString> roots = new ArrayList<>();

  @Override
  public ExitCode.Purpose purpose() {
    return ExitCode.Purpose.QUESTION;
  }

  @Override
  public ExitCode run(Session session) throws IOException {
    List<AbsolutePath> paths = session.paths(roots);
    if (paths.isEmpty()) {
      try (Holdfast holdfast = session.openIfThere(session.states().standard()).orElse(null)) {
        List<RootStatus> all = holdfast == null ? List.of() : holdfast.status().roots();
        if (holdfast == null || all.isEmpty()) {
          session.printer().note("no roots are known; name a directory");
          return ExitCode.DONE;
        }
        diagnose(session.printer(), holdfast, all.stream().map(RootStatus::path).toList());
      }
      return ExitCode.DONE;
    }
    for (Map.Entry<AbsolutePath, List<AbsolutePath>> journal :
        StateDirectories.grouped(paths, session.states()::of).entrySet()) {
      try (Holdfast holdfast = session.openOrMake(journal.getKey())) {
        diagnose(session.printer(), holdfast, journal.getValue());
      }
    }
    return ExitCode.DONE;
  }

  private static void diagnose(Printer printer, Holdfast holdfast, List<AbsolutePath> directories)
      throws IOException {
    for (AbsolutePath directory : directories) {
      print(printer, holdfast.diagnose(directory));
    }
  }

  private static void print(Printer printer, Diagnosis diagnosis) throws IOException {
    if (printer.isJson()) {
      printer.object(json -> {
        new EntryJson(json).name("path", diagnosis.path().bytes());
        json.writeStringField("level", diagnosis.level());
        json.writeStringField("level_text", diagnosis.levelText());
        json.writeArrayFieldStart("checks");
        for (Diagnosis.Check check : diagnosis.checks()) {
          json.writeStartObject();
          json.writeStringField("name", check.name());
          json.writeStringField("grade", check.grade().name().toLowerCase(Locale.ROOT));
          json.writeStringField("text", check.text());
          json.writeEndObject();
        }
        json.writeEndArray();
      });
      return;
    }
    printer.line(
        "%s: %s, %s".formatted(diagnosis.path(), diagnosis.level(), diagnosis.levelText()));
    for (Diagnosis.Check check : diagnosis.checks()) {
      String mark =
          switch (check.grade()) {
            case GOOD -> "ok  ";
            case NOTE -> "note";
            case BAD -> "BAD ";
          };
      printer.line("  %s  %s: %s".formatted(mark, check.name(), check.text()));
    }
  }
}
