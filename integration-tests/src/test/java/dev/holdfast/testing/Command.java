package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs a program to its end. */
final class Command {
  private Command() {}

  /** What a program left behind. */
  record Result(int exit, String output) {}

  /** Runs it, whatever comes of it; its output has both streams. */
  static Result run(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return new Result(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Runs it, and asserts that it succeeds. */
  static String succeed(String... command) {
    Result result = run(List.of(command));
    assertThat(result.exit()).as("%s: %s", List.of(command), result.output()).isZero();
    return result.output();
  }

  /** Returns whether it can be run and succeeds. */
  static boolean succeeds(String... command) {
    try {
      return run(List.of(command)).exit() == 0;
    } catch (UncheckedIOException _) {
      return false;
    }
  }
}
