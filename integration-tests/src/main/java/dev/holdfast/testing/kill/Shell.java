package dev.holdfast.testing.kill;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the system's programs. */
final class Shell {
  private Shell() {}

  /**
   * What a program left behind.
   *
   * @param output of both streams
   */
  record Result(int exit, String output) {}

  /** Runs a program to its end. */
  static Result run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
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

  /** Runs a program that has to succeed. */
  static void require(String... command) throws IOException {
    Result result = run(List.of(command));
    if (result.exit() != 0) {
      throw new IOException(String.join(" ", command) + ": " + result.output().strip());
    }
  }

  /** Returns whether a program can be run and succeeds. */
  static boolean succeeds(String... command) {
    try {
      return run(List.of(command)).exit() == 0;
    } catch (IOException _) {
      return false;
    }
  }
}
