package dev.holdfast.testing.services;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Root;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs real supervisors over a directory that is updated all the time by a process that is killed,
 * often half way, and says what the services saw.
 */
public final class ServiceProof {
  private static final int KILLED = 137;
  private static final long ASKED_EVERY_MILLIS = 500;

  private final Settings settings;
  private final Path base;
  private final Path live;
  private final Path state;
  private final Path observations;
  private final String gate;
  private final ServiceTree tree;
  private final SplittableRandom random;
  private final AtomicInteger updates = new AtomicInteger();
  private final List<String> lost = new ArrayList<>();
  private int kills;
  private int halfWay;
  private int answers;

  /**
   * How much is done.
   *
   * @param gated whether the services use the gate
   * @param services services for each supervisor
   * @param atLeast how many observations
   * @param atMost for how long
   * @param seed of what is left to chance
   */
  public record Settings(boolean gated, int services, long atLeast, Duration atMost, long seed) {}

  /** Prepares a run in an empty directory. */
  public ServiceProof(Path base, Settings settings) throws IOException {
    this.settings = settings;
    this.base = base;
    this.live = base.resolve("etc");
    this.state = base.resolve("state");
    this.observations = Files.createDirectories(base.resolve("observations"));
    this.gate = copyGate(base).toString();
    this.tree = new ServiceTree(settings.services(), settings.gated(), observations);
    this.random = new SplittableRandom(settings.seed());
  }

  /** Copies the gate, as it is shipped, into a directory. */
  static Path copyGate(Path directory) throws IOException {
    Path script = directory.resolve("holdfast-gate");
    try (InputStream in =
        ClassLoader.getSystemResourceAsStream("dev/holdfast/cli/services/holdfast-gate")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  /** Makes a script that is the program, from the classes of this process. */
  static Path makeProgram(Path directory) throws IOException {
    Path script = directory.resolve("holdfast");
    Files.writeString(
        script,
        "#!/bin/sh\nexec "
            + java(List.of("dev.holdfast.cli.Main")).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "))
            + " \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  private static List<String> java(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.addAll(arguments);
    return command;
  }

  /** Runs it. */
  public ServiceFigures run() throws IOException, InterruptedException {
    tree.write(live, gate);
    try (Holdfast holdfast = Holdfast.open(state)) {
      Root root = holdfast.root(live);
      Objects.requireNonNull(root);
    }
    Map<String, String> variables = Map.of("HOLDFAST_PROGRAM", makeProgram(base).toString());
    List<Supervisor> supervisors = new ArrayList<>();
    try {
      for (String name : ServiceTree.SCANNED) {
        supervisors.add(
            Supervisor.start(name, live.resolve(name), variables, base.resolve(name + ".log")));
      }
      awaitServices(supervisors);
      Map<String, Object> before = identities(supervisors);
      long end = System.nanoTime() + settings.atMost().toNanos();
      while (System.nanoTime() < end && count("") < settings.atLeast()) {
        updateAndKill(supervisors);
      }
      Map<String, Object> after = identities(supervisors);
      before.forEach((what, was) -> {
        if (!was.equals(after.get(what))) {
          lost.add(what + ": " + was + " -> " + after.get(what));
        }
      });
    } finally {
      for (Supervisor supervisor : supervisors) {
        supervisor.close();
      }
    }
    return figures();
  }

  private void awaitServices(List<Supervisor> supervisors)
      throws IOException, InterruptedException {
    long limit = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (count("") < tree.services().size()
        || supervisors.stream().anyMatch(supervisor -> !isSteady(supervisor))) {
      if (System.nanoTime() > limit) {
        throw new IOException("the services do not start; see the logs in " + base);
      }
      Thread.sleep(100);
    }
  }

  private static boolean isSteady(Supervisor supervisor) {
    try {
      return supervisor.steadyProcess() > 0;
    } catch (IOException | InterruptedException | NumberFormatException _) {
      return false;
    }
  }

  /** Returns by what a supervisor knows its services, and the process that nobody may restart. */
  private Map<String, Object> identities(List<Supervisor> supervisors)
      throws IOException, InterruptedException {
    Map<String, Object> identities = new TreeMap<>();
    for (int i = 0; i < supervisors.size(); i++) {
      String scanned = ServiceTree.SCANNED.get(i);
      supervisors
          .get(i)
          .supervisors()
          .forEach((service, process) ->
              identities.put("supervisor of " + scanned + "/" + service, process));
      identities.put("steady service of " + scanned, supervisors.get(i).steadyProcess());
    }
    for (String service : tree.services()) {
      identities.put("directory " + service, Files.getAttribute(live.resolve(service), "unix:ino"));
      identities.put("device of " + service, Files.getAttribute(live.resolve(service), "unix:dev"));
    }
    return identities;
  }

  // ---- updates ---------------------------------------------------------------------------------

  /** Starts the updating process, lets it work, and waits until it dies. */
  private void updateAndKill(List<Supervisor> supervisors)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            java(
                List.of(
                    ServiceUpdates.class.getName(),
                    state.toString(),
                    live.toString(),
                    gate,
                    Integer.toString(settings.services()),
                    Boolean.toString(settings.gated()),
                    observations.toString(),
                    Integer.toString(50 + random.nextInt(250)),
                    Integer.toString(1 + random.nextInt(8)),
                    Integer.toString(random.nextInt(100)))));
    builder.redirectError(ProcessBuilder.Redirect.appendTo(base.resolve("updates.log").toFile()));
    Process updating = builder.start();
    Thread counting = Thread.ofVirtual().start(() -> countUpdates(updating));
    long limit = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (updating.isAlive()) {
      if (System.nanoTime() > limit) {
        updating.destroyForcibly();
        throw new IOException("updates stand still; see the logs in " + base);
      }
      ask(supervisors);
      updating.waitFor(ASKED_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }
    if (updating.waitFor() != KILLED) {
      throw new IOException("an update failed; see the logs in " + base);
    }
    boolean mixed = generations().size() > 1;
    counting.join();
    kills++;
    if (mixed) {
      halfWay++;
    }
    if (settings.gated()) {
      awaitRecovery();
    } else {
      Thread.sleep(1000); // What a boot without recovery would start.
    }
  }

  private void countUpdates(Process updating) {
    try (BufferedReader lines = updating.inputReader(StandardCharsets.US_ASCII)) {
      while (lines.readLine() != null) {
        updates.incrementAndGet();
      }
    } catch (IOException _) {
      // It is dead.
    }
  }

  /** Returns the generations that are in the tree, as whoever asks nobody sees it. */
  private Set<String> generations() {
    Set<String> found = new HashSet<>();
    for (String service : tree.services()) {
      for (String file : List.of("a", "data/e")) {
        try {
          found.add(Files.readString(live.resolve(service).resolve(file)));
        } catch (IOException _) {
          found.add("absent");
        }
      }
    }
    return found;
  }

  /** The services recover by themselves: whoever comes first at the gate. */
  private void awaitRecovery() throws IOException, InterruptedException {
    Path marker = base.resolve(".holdfast/etc/pending");
    long limit = System.nanoTime() + Duration.ofMinutes(2).toNanos();
    while (Files.exists(marker)) {
      if (System.nanoTime() > limit) {
        throw new IOException("nobody recovered; see the logs in " + base);
      }
      Thread.sleep(20);
    }
  }

  private void ask(List<Supervisor> supervisors) throws IOException, InterruptedException {
    for (int i = 0; i < supervisors.size(); i++) {
      String service =
          random.nextBoolean()
              ? ServiceTree.STEADY
              : "service" + (1 + random.nextInt(settings.services()));
      answers++;
      if (!supervisors.get(i).answers(service)) {
        lost.add("no answer about " + ServiceTree.SCANNED.get(i) + "/" + service);
      }
    }
  }

  // ---- what came of it -------------------------------------------------------------------------

  private long count(String kind) throws IOException {
    return lines().stream().filter(line -> line.startsWith(kind)).count();
  }

  private List<String> lines() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(observations)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  private ServiceFigures figures() throws IOException {
    List<String> lines = lines();
    return new ServiceFigures(
        lines.size(),
        lines.stream().filter(line -> line.startsWith("finish")).count(),
        lines.stream().filter(line -> !line.endsWith(" whole")).toList(),
        updates.get(),
        kills,
        halfWay,
        answers,
        lost);
  }
}
