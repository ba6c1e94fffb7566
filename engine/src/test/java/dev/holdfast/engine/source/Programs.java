package dev.holdfast.engine.source;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Other people's programs, as judges. */
final class Programs {
  private Programs() {}

  /** Skips the test, visibly, where one of these programs is not installed. */
  static void need(String... programs) {
    for (String program : programs) {
      assumeTrue(isThere(program), () -> program + " is not installed");
    }
  }

  static void needRoot() {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root can do this");
  }

  private static boolean isThere(String program) {
    return List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin").stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Runs a program, and returns what it printed, byte for byte as ISO-8859-1. */
  static String run(Path directory, String... command) {
    return run(directory, new byte[0], command);
  }

  /** Runs a program that reads {@code input}. */
  static String run(Path directory, byte[] input, String... command) {
    try {
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder.environment().put("LC_ALL", "C");
      builder.environment().merge("PATH", "/usr/sbin:/sbin", (a, b) -> a + ":" + b);
      Path errors = Files.createTempFile("errors", ".txt");
      Process process = builder.redirectError(errors.toFile()).start();
      try (var out = process.getOutputStream()) {
        out.write(input);
      }
      ByteArrayOutputStream printed = new ByteArrayOutputStream();
      try (InputStream in = process.getInputStream()) {
        in.transferTo(printed);
      }
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError(Arrays.toString(command) + " failed: " + Files.readString(errors));
      }
      Files.delete(errors);
      return printed.toString(StandardCharsets.ISO_8859_1);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(Arrays.toString(command) + " failed", e);
    }
  }

  /** Runs a shell script, in which names can have any bytes: {@code $'\xff'}. */
  static String bash(Path directory, String script) {
    return run(directory, "bash", "-e", "-o", "pipefail", "-c", script);
  }
}
