package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the real program in processes of their own. They work in one folder and keep their journal
 * in another one beside it.
 */
final class Installed {
  private final Path folder;
  private final Path outputs;
  private final Map<String, String> variables = new LinkedHashMap<>();

  /** Creates a runner in {@code base}: the folder {@code work} in it is the processes' own. */
  Installed(Path base) throws IOException {
    this.folder = Files.createDirectory(base.resolve("work"));
    this.outputs = Files.createDirectory(base.resolve("outputs"));
    variables.put("HOLDFAST_STATE", base.resolve("state").toString());
  }

  /** Returns the folder that the processes work in. */
  Path folder() {
    return folder;
  }

  /** Sets a variable of the processes. */
  Installed with(String name, String value) {
    variables.put(name, value);
    return this;
  }

  /** Runs a command line to its end. */
  Invoked run(String... words) throws IOException, InterruptedException {
    return start(words).end();
  }

  /**
   * Runs a line of shell in which {@code $HOLDFAST} is the program: the only way to arguments that
   * are no text.
   */
  Invoked shell(String script) throws IOException, InterruptedException {
    String program = "HOLDFAST='" + String.join(" ", command()) + "'\n";
    return launch(List.of("sh", "-c", program + script)).end();
  }

  /** Starts a command line and leaves it running. Its stdin is open. */
  Running start(String... words) throws IOException {
    List<String> command = command();
    command.addAll(List.of(words));
    return launch(command);
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("dev.holdfast.cli.Main");
    return command;
  }

  private Running launch(List<String> command) throws IOException {
    Path out = Files.createTempFile(outputs, "out", ".txt");
    Path err = Files.createTempFile(outputs, "err", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().putAll(variables);
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    return new Running(builder.start(), out, err);
  }
}
