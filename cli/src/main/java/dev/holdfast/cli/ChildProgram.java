package dev.holdfast.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs this program in processes of their own, in a folder that has its journal in it. */
final class ChildProgram {
  /** The option by which a child gets its memory. */
  static final String MEMORY = "-Xmx256m";

  private final Path folder;

  ChildProgram(Path folder) {
    this.folder = folder;
  }

  /**
   * How a run ended.
   *
   * @param exit the exit status
   * @param lines what it printed
   */
  record Ended(int exit, List<String> lines) {
    /** Copies the list. */
    Ended {
      lines = List.copyOf(lines);
    }
  }

  /** Runs a command line to its end. */
  Ended run(List<String> words) throws IOException {
    Process process = start(words, ProcessBuilder.Redirect.PIPE);
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    return new Ended(await(process), new String(output, StandardCharsets.UTF_8).lines().toList());
  }

  /** Starts a command line whose output nobody reads. */
  Process start(List<String> words) throws IOException {
    return start(words, ProcessBuilder.Redirect.DISCARD);
  }

  private Process start(List<String> words, ProcessBuilder.Redirect output) throws IOException {
    List<String> command = new ArrayList<>(javaCommand());
    command.add(Main.class.getName());
    command.addAll(words);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.environment().put("HOLDFAST_STATE", folder.resolve("state").toString());
    builder.redirectErrorStream(true).redirectOutput(output);
    return builder.start();
  }

  /** Returns the command that runs a class of this program. */
  static List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", MEMORY));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return command;
  }

  /** Waits for a process's end and returns its exit status. */
  static int await(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }
}
