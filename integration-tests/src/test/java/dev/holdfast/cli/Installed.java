package dev.holdfast.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

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

  /**
   * Starts a command line and leaves it running. Its stdin is open; SIGINT works, which a shell
   * takes away from what it runs in the background.
   */
  Running start(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal=INT,QUIT"));
    command.addAll(command());
    command.addAll(List.of(words));
    return launch(command);
  }

  /**
   * Runs a command line that is killed as the call with this number of the thread that updates is
   * entered: SIGKILL by strace at a renameat2(2).
   */
  Invoked killedAtRename(int number, String... words) throws IOException, InterruptedException {
    return traced(List.of("-e", "inject=renameat2:signal=KILL:when=" + number), words).end();
  }

  /**
   * Runs a command line and returns its calls of renameat2(2), a line each, begun by its thread.
   */
  List<String> renames(String... words) throws IOException, InterruptedException {
    Path trace = Files.createTempFile(outputs, "trace", ".txt");
    traced(List.of("-o", trace.toString()), words).end().exits(0);
    return Files.readAllLines(trace, StandardCharsets.ISO_8859_1).stream()
        .filter(line -> line.contains("renameat2("))
        .toList();
  }

  private Running traced(List<String> options, String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq", "-e", "signal=none"));
    command.addAll(List.of("-e", "trace=renameat2"));
    command.addAll(options);
    command.addAll(command());
    command.addAll(List.of(words));
    return launch(command);
  }

  /** Returns a script that is the program, for programs that call it by a path. */
  Path script() throws IOException {
    Path script = outputs.resolve("holdfast");
    if (!Files.exists(script)) {
      String call =
          command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
      Files.writeString(script, "#!/bin/sh\nexec " + call + " \"$@\"\n");
      Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return script;
  }

  /** Runs any other command line in the folder and with the variables of the program's. */
  Running other(String... command) throws IOException {
    return launch(List.of(command));
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
