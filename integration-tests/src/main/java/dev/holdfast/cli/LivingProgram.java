package dev.holdfast.cli;

import dev.holdfast.disk.Disk;
import dev.holdfast.journal.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The program in this process, for what a test asks hundreds of times. Everything but the process
 * is real: command line, output, exit status.
 */
public final class LivingProgram {
  private final Disk disk;

  /** Creates the program on a disk. */
  public LivingProgram(Disk disk) {
    this.disk = disk;
  }

  /**
   * What a run came to.
   *
   * @param exit the exit status
   */
  public record Answer(int exit, String out, String err) {}

  /** Runs a command line. No variable is set. */
  public Answer run(String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    List<ByteString> commandLine =
        Arrays.stream(words)
            .map(word -> ByteString.of(word.getBytes(StandardCharsets.UTF_8)))
            .toList();
    ExitCode exit =
        new Program(
                new Printer(out, err, () -> true),
                _ -> Optional.empty(),
                () -> disk,
                Clock.systemUTC(),
                new Interruption())
            .run(commandLine);
    return new Answer(
        exit.number(), out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
