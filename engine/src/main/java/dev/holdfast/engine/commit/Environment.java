package dev.holdfast.engine.commit;

import dev.holdfast.disk.Disk;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.TransactionId;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/**
 * What the engine takes from its surroundings: the disk, the time, new identities, and waiting.
 *
 * @param disk the disk and its host
 * @param clock the wall clock
 * @param random for new identities
 * @param pause waits; a test's does not
 * @param shell runs what is to be run after a transaction
 */
public record Environment(
    Disk disk, InstantSource clock, SecureRandom random, Pause pause, Shell shell) {

  /** Creates surroundings in which nothing can be run. */
  public Environment(Disk disk, InstantSource clock, SecureRandom random, Pause pause) {
    this(
        disk,
        clock,
        random,
        pause,
        (_, _, _) -> {
          throw new IOException("nothing can be run here");
        });
  }

  /** Runs a command line. */
  @FunctionalInterface
  public interface Shell {
    /**
     * Runs {@code command} to its end, its output to stderr, and returns its exit status.
     *
     * @param directory where, if that is there
     * @param variables more of them
     */
    int run(ByteString command, String directory, Map<String, String> variables) throws IOException;
  }

  /** Waits a while. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after about this time, or earlier if the thread is interrupted. */
    void sleep(Duration time);
  }

  /** Returns the surroundings of a real machine. */
  public static Environment of(Disk disk) {
    return new Environment(
        disk, InstantSource.system(), new SecureRandom(), Environment::sleep, Environment::run);
  }

  /** The command goes through a pipe: an argument of a process is text here, and bytes there. */
  private static int run(ByteString command, String directory, Map<String, String> variables)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "/bin/sh",
            "-c",
            "then=$(cat; echo x); exec </dev/null >&2; exec /bin/sh -c \"${then%x}\"");
    File place = new File(directory);
    builder.directory(place.isDirectory() ? place : new File("/"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(variables);
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(command.bytes());
    }
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns a new transaction's identity. */
  public TransactionId newId() {
    return TransactionId.random(clock.instant(), random);
  }
}
