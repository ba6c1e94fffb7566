package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.journal.ByteString;
import dev.holdfast.selftest.ProgramRunner;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Runs this program for {@code selftest}.
 *
 * @param child the main class of its processes
 */
record SelftestRunner(Class<?> child) implements ProgramRunner {
  @Override
  public Ended run(Disk disk, List<ByteString> words) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ExitCode exit = SelftestChild.run(disk, words, printed);
    return new Ended(exit.number(), printed.toString(StandardCharsets.UTF_8));
  }

  @Override
  public List<String> command(String stop, AbsolutePath scratch) {
    List<String> command = new ArrayList<>(ChildProgram.javaCommand());
    // A virtual machine that is killed would leave the file of its performance counters behind.
    command.add("-XX:-UsePerfData");
    Optional<String> cache = ownCache();
    if (cache.isPresent()) {
      command.add(cache.get());
      command.add("-Xlog:disable");
    } else if (canShareClasses(scratch)) {
      command.add("-XX:+IgnoreUnrecognizedVMOptions");
      command.add("-Xlog:disable");
      command.add("-XX:+AutoCreateSharedArchive");
      command.add("-XX:SharedArchiveFile=" + scratch + "/classes.jsa");
    }
    command.add(child.getName());
    command.add(stop);
    return command;
  }

  /** Returns the option by which this process was told of its cache for a quick start. */
  private static Optional<String> ownCache() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("-XX:AOTCache="))
        .findFirst();
  }

  /** The virtual machine writes no archive of classes from folders; a path is text to it. */
  private static boolean canShareClasses(AbsolutePath scratch) {
    return Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .allMatch(each -> each.endsWith(".jar"))
        && scratch.toString().chars().allMatch(c -> c > ' ' && c < 0x7f && c != '"');
  }
}
