package dev.holdfast.testing.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A run of the whole program in a process of its own.
 *
 * @param exit its status
 * @param said what it wrote, on both streams
 * @param peakMegabytes the most memory that it ever held (VmHWM)
 * @param took from its start to its end
 */
public record ProgramRun(int exit, String said, long peakMegabytes, Duration took) {
  /** The program's heap unless it is told otherwise. */
  public static final String HEAP = "256m";

  private static final long LOOK_EVERY_MILLIS = 2;

  /** Returns the program's command line: as the launcher's, but from this build's classes. */
  public static List<String> command(String heap, String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-Xmx" + heap));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.holdfast.cli.Main");
    command.addAll(List.of(words));
    return command;
  }

  /** Runs a command of the program. */
  public static ProgramRun of(Path state, String heap, String... words) throws IOException {
    return of(state, command(heap, words));
  }

  /** Runs a command line in which the program is run. */
  static ProgramRun of(Path state, List<String> command) throws IOException {
    Path output = Files.createTempFile("holdfast", ".out");
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().put("HOLDFAST_STATE", state.toString());
      builder.redirectOutput(output.toFile());
      long start = System.nanoTime();
      Process process = builder.start();
      process.getOutputStream().close();
      long peak = 0;
      while (!process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        peak = Math.max(peak, peak(process.pid()));
      }
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      String said = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
      return new ProgramRun(process.exitValue(), said, peak / 1024, took);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }

  private static long peak(long pid) throws IOException {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (NoSuchFileException _) {
      return 0;
    } catch (IOException e) {
      return e.getMessage() != null && e.getMessage().contains("No such process") ? 0 : fail(e);
    }
  }

  private static long fail(IOException e) throws IOException {
    throw e;
  }

  /** Returns this if it ended so. */
  public ProgramRun exits(int expected) {
    if (exit != expected) {
      throw new AssertionError("exit " + exit + " instead of " + expected + ": " + said);
    }
    return this;
  }
}
