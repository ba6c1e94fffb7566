package dev.holdfast.testing.services;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A real supervisor over one scan directory, without the init that it was made for. */
final class Supervisor implements AutoCloseable {
  private final boolean runit;
  private final Path scanned;
  private final Process process;

  private Supervisor(boolean runit, Path scanned, Process process) {
    this.runit = runit;
    this.scanned = scanned;
    this.process = process;
  }

  /** Starts it. Its services get these variables. */
  static Supervisor start(String name, Path scanned, Map<String, String> variables, Path log)
      throws IOException {
    boolean runit = name.equals("runit");
    List<String> command =
        runit
            ? List.of("runsvdir", "-P", scanned.toString())
            : List.of("s6-svscan", scanned.toString());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().remove("HOLDFAST_STATE");
    builder.environment().putAll(variables);
    return new Supervisor(runit, scanned, builder.start());
  }

  /** Returns the supervising process of each service. */
  SortedMap<String, Long> supervisors() throws IOException {
    SortedMap<String, Long> found = new TreeMap<>();
    for (ProcessHandle child : process.toHandle().children().toList()) {
      String line;
      try {
        line =
            Files.readString(
                Path.of("/proc/" + child.pid() + "/cmdline"), StandardCharsets.ISO_8859_1);
      } catch (IOException _) {
        continue; // It has just ended.
      }
      String[] words = line.split("\0", 0);
      if (words.length > 1 && (words[0].endsWith("runsv") || words[0].endsWith("s6-supervise"))) {
        found.put(words[1], child.pid());
      }
    }
    return found;
  }

  /** Returns whether the supervisor's own tool gets an answer about a service. */
  boolean answers(String service) throws IOException, InterruptedException {
    String directory = scanned.resolve(service).toString();
    return runit
        ? run("sv", "-w", "5", "status", directory)
        : run("s6-svstat", directory) && run("s6-svc", "-u", directory);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process tool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return tool.waitFor(20, TimeUnit.SECONDS) && tool.exitValue() == 0;
  }

  /** Returns the process of the service that does not die. */
  long steadyProcess() throws IOException, InterruptedException {
    if (runit) {
      return Long.parseLong(
          Files.readString(scanned.resolve(ServiceTree.STEADY + "/supervise/pid")).strip());
    }
    Process tool =
        new ProcessBuilder("s6-svstat", "-o", "pid", scanned.resolve(ServiceTree.STEADY).toString())
            .start();
    String text = new String(tool.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    tool.waitFor();
    return Long.parseLong(text.strip());
  }

  /** Ends it with all its services. */
  @Override
  public void close() throws IOException {
    List<ProcessHandle> all = process.toHandle().descendants().toList();
    if (runit) {
      signal("-HUP");
    } else {
      signal("-TERM");
    }
    try {
      if (!process.waitFor(15, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private void signal(String name) throws IOException {
    new ProcessBuilder("kill", name, Long.toString(process.pid())).start();
  }
}
