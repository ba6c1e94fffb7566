package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.selftest.Figures;
import dev.holdfast.selftest.SelfTest;
import dev.holdfast.selftest.tree.Feature;
import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;

/** Says what a self-test came to. */
final class SelftestResult {
  private final Printer printer;
  private final AbsolutePath place;
  private final String fileSystem;
  private final long seed;
  private final Set<Feature> missing;

  SelftestResult(
      Printer printer, AbsolutePath place, String fileSystem, long seed, Set<Feature> missing) {
    this.printer = printer;
    this.place = place;
    this.fileSystem = fileSystem;
    this.seed = seed;
    this.missing = Set.copyOf(missing);
  }

  /** Prints it, and returns the exit status. */
  ExitCode print(SelfTest test) throws IOException {
    Figures figures = test.figures();
    ExitCode exit =
        test.isCancelled() || !figures.violations().isEmpty() ? ExitCode.FAILED : ExitCode.DONE;
    if (printer.isJson()) {
      printJson(figures, exit);
    } else {
      printText(test, figures);
    }
    if (test.isCancelled()) {
      printer.note(test.folder() + " is removed");
    }
    return exit;
  }

  private void printText(SelfTest test, Figures figures) throws OutputException {
    for (Figures.Violation violation : figures.violations()) {
      printer.line(
          "VIOLATION: killed at %s: %s".formatted(violation.crash(), violation.killedAt()));
      violation.text().lines().forEach(line -> print("  " + line));
      printer.line("  what it left: " + violation.folder());
      printer.line("  reproduce: " + reproduce(violation));
    }
    printer.line(
        "%d crashes: %d in the critical window, where the trees were a mixture"
            .formatted(figures.crashes(), figures.inWindow()));
    printer.line(
        "recovery completed %d updates and took back %d; %d times it was a process of its own, %d of"
                .formatted(
                    figures.completed(),
                    figures.takenBack(),
                    figures.recoveriesByProcess(),
                    figures.recoveriesKilled())
            + " these killed as well");
    if (figures.notReached() > 0) {
      printer.line(figures.notReached() + " updates ended before the step came");
    }
    if (!missing.isEmpty()) {
      printer.line(
          "left out, not to be had there: "
              + missing.stream().map(Feature::toString).sorted().collect(Collectors.joining(", ")));
    }
    if (figures.crashes() > 0 && figures.inWindow() == 0) {
      printer.line("none was in the critical window: that proves little; try more crashes");
    }
    printer.line("%s; %s in %s; seed %d".formatted(verdict(test), fileSystem, place, seed));
  }

  private static String verdict(SelfTest test) {
    int violations = test.figures().violations().size();
    if (violations > 0) {
      return violations == 1 ? "1 violation" : violations + " violations";
    }
    return test.isCancelled() ? "interrupted, no violation so far" : "no violation";
  }

  private void print(String line) {
    try {
      printer.line(ArgumentText.oneLine(line));
    } catch (OutputException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private String reproduce(Figures.Violation violation) {
    String path = place.toString();
    String word =
        path.chars().allMatch(c -> Character.isLetterOrDigit(c) || "/._-+@%".indexOf(c) >= 0)
            ? path
            : "'" + path.replace("'", "'\\''") + "'";
    return "holdfast selftest %s --seed %d --only %s".formatted(word, seed, violation.crash());
  }

  private void printJson(Figures figures, ExitCode exit) throws IOException {
    printer.object(json -> {
      new EntryJson(json).name("path", place.bytes());
      json.writeStringField("file_system", fileSystem);
      json.writeNumberField("seed", seed);
      json.writeNumberField("crashes", figures.crashes());
      json.writeNumberField("in_window", figures.inWindow());
      json.writeNumberField("completed", figures.completed());
      json.writeNumberField("taken_back", figures.takenBack());
      json.writeNumberField("recoveries_by_process", figures.recoveriesByProcess());
      json.writeNumberField("recoveries_killed", figures.recoveriesKilled());
      json.writeArrayFieldStart("left_out");
      for (String feature : missing.stream().map(Feature::toString).sorted().toList()) {
        json.writeString(feature);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("violations");
      for (Figures.Violation violation : figures.violations()) {
        json.writeStartObject();
        json.writeStringField("crash", violation.crash().toString());
        json.writeStringField("killed_at", violation.killedAt());
        json.writeStringField("text", violation.text());
        json.writeStringField("folder", violation.folder());
        json.writeStringField("reproduce", reproduce(violation));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeNumberField("exit", exit.number());
    });
  }
}
