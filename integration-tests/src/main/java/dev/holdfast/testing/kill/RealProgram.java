package dev.holdfast.testing.kill;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The real program, each time in a process of its own, under strace if asked to. Its virtual
 * machine starts with an ahead-of-time cache of its classes: the same program, in half the time.
 */
public final class RealProgram {
  private static final String MAIN = "dev.holdfast.cli.Main";
  private static final String MUTANT_MAIN = "dev.holdfast.cli.MutantMain";
  private static final long MINUTES = 15;

  private final String classPath;
  private final Path cache;
  private final List<String> main;

  private RealProgram(String classPath, Path cache, List<String> main) {
    this.classPath = classPath;
    this.cache = cache;
    this.main = main;
  }

  /**
   * How a run ended.
   *
   * @param exit the exit status; 128 and the signal's number if a signal ended it
   * @param trace what strace wrote
   */
  public record Ended(int exit, String out, String err, String trace) {
    private static final int KILLED = 137;

    /** Returns whether SIGKILL was its end. */
    public boolean wasKilled() {
      return exit == KILLED;
    }

    /** Returns what it said, for people. */
    public String said() {
      return "exit " + exit + " " + out.strip() + (err.isEmpty() ? "" : " | " + err.strip());
    }
  }

  /** Prepares the program in a folder of its own. */
  public static RealProgram prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<String> jars = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(":", -1)) {
      Path path = Path.of(element);
      if (Files.isDirectory(path)) { // the cache wants archives
        Path jar = folder.resolve("classes-" + jars.size() + ".jar");
        pack(path, jar);
        jars.add(jar.toString());
      } else if (Files.exists(path)) {
        jars.add(path.toString());
      }
    }
    Path cache = folder.resolve("classes.aot");
    RealProgram program = new RealProgram(String.join(":", jars), cache, List.of(MAIN));
    program.train(folder);
    return program;
  }

  private static void pack(Path directory, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out);
        Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
  }

  private void train(Path folder) throws IOException {
    Path source = Files.createDirectories(folder.resolve("train/source"));
    Files.writeString(source.resolve("file"), "file");
    List<String> command = machine("-XX:AOTCacheOutput=" + cache);
    command.addAll(
        List.of(
            MAIN,
            "--state",
            folder.resolve("train/state").toString(),
            "apply",
            source.toString(),
            folder.resolve("train/live").toString()));
    Ended ended = launch(folder, command, null);
    if (ended.exit() != 0) {
      throw new IOException("the program does not run: " + ended.said());
    }
  }

  /** Returns the same program with a mistake, one of those that proof.ProgramMutants has. */
  RealProgram mutant(String mistake) {
    return new RealProgram(classPath, cache, List.of(MUTANT_MAIN, mistake));
  }

  private List<String> machine(String cacheOption) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Xmx256m",
            "-Xlog:disable",
            cacheOption,
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath));
    return command;
  }

  /** Runs the program; its output and its trace are kept in {@code folder}. */
  public Ended run(Path folder, List<String> words) throws IOException {
    return launch(folder, command(words), null);
  }

  /** Runs the program as the last words of another one's command line. */
  public Ended under(Path folder, List<String> before, List<String> words) throws IOException {
    List<String> command = new ArrayList<>(before);
    command.addAll(command(words));
    return launch(folder, command, null);
  }

  /** Runs the program under strace with these options. */
  public Ended traced(Path folder, List<String> options, List<String> words) throws IOException {
    Path trace = folder.resolve("trace.txt");
    List<String> command =
        new ArrayList<>(List.of("strace", "-f", "-qq", "-s", "256", "-o", trace.toString()));
    command.addAll(options);
    command.addAll(command(words));
    return launch(folder, command, trace);
  }

  private List<String> command(List<String> words) {
    List<String> command = machine("-XX:AOTCache=" + cache);
    command.addAll(main);
    command.addAll(words);
    return command;
  }

  private static Ended launch(
      Path folder, List<String> command, @org.jspecify.annotations.Nullable Path trace)
      throws IOException {
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "HOLDFAST_STATE"));
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("still running after " + MINUTES + " minutes: " + command);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return new Ended(process.exitValue(), text(out), text(err), trace == null ? "" : text(trace));
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }
}
