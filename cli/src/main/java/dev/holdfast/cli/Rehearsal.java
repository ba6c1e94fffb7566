package dev.holdfast.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs many command lines in one process, one a line of a file, so that the virtual machine learns
 * what to keep in its cache for ahead-of-time start-up (JEP 514). Run when the program is packaged,
 * never by users.
 */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Locale.setDefault(Locale.ROOT);
    List<String> lines = Files.readAllLines(Path.of(args[0]));
    Interruption interruption = new Interruption();
    interruption.install();
    for (String line : lines) {
      Program program =
          Main.program(
              OutputStream.nullOutputStream(), OutputStream.nullOutputStream(), interruption);
      String[] words = Arrays.stream(line.split(" ", -1)).toArray(String[]::new);
      ExitCode exit = program.run(Environment.arguments(words));
      if (exit != ExitCode.DONE) {
        throw new IOException("holdfast " + line + " ended with " + exit.number());
      }
    }
    interruption.finished(ExitCode.DONE, ExitCode.DONE.number());
  }
}
