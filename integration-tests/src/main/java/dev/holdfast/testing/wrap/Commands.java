package dev.holdfast.testing.wrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Runs lines of shell. */
final class Commands {
  private Commands() {}

  /**
   * What a line left behind.
   *
   * @param output of both streams
   */
  record Result(int exit, String output) {}

  /** Runs a line in a folder to its end. */
  static Result run(Path folder, String line) throws IOException {
    Process process =
        new ProcessBuilder("sh", "-c", line)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    try {
      return new Result(process.waitFor(), output);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Runs a line that has to succeed, and returns what it said. */
  static String require(Path folder, String line) throws IOException {
    Result result = run(folder, line);
    if (result.exit() != 0) {
      throw new IOException(line + ": exit " + result.exit() + ": " + result.output().strip());
    }
    return result.output();
  }

  /** Returns a word of shell. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /** Returns a line of shell that is these words. */
  static String line(List<String> words) {
    return String.join(" ", words.stream().map(Commands::quoted).toList());
  }
}
