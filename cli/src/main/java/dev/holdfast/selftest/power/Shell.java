package dev.holdfast.selftest.power;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs the tools of the system. */
public final class Shell {
  private Shell() {}

  /** What a program left behind; its output has both streams. */
  public record Result(int exit, String output) {
    /** Returns whether it says that all went well. */
    public boolean succeeded() {
      return exit == 0;
    }
  }

  /** Runs a program to its end, whatever comes of it. */
  public static Result run(String... command) throws IOException {
    return run(List.of(command));
  }

  /** Runs a program to its end, whatever comes of it. */
  public static Result run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    return new Result(waitFor(process), output);
  }

  /** Waits for the end of a process that will end. */
  public static int waitFor(Process process) {
    boolean interrupted = false;
    while (true) {
      try {
        int exit = process.waitFor();
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return exit;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
  }

  /** Runs a program that must succeed, and returns its output. */
  public static String succeed(String... command) throws IOException {
    return succeed(List.of(command));
  }

  /** Runs a program that must succeed, and returns its output. */
  public static String succeed(List<String> command) throws IOException {
    Result result = run(command);
    if (!result.succeeded()) {
      throw new IOException(command + ": exit " + result.exit + ": " + result.output.strip());
    }
    return result.output;
  }

  /** Returns whether a program can be run and succeeds. */
  public static boolean succeeds(String... command) {
    try {
      return run(command).succeeded();
    } catch (IOException _) {
      return false;
    }
  }
}
