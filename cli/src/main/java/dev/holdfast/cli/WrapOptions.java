package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of all commands that run another one. */
final class WrapOptions {
  @Option(
      names = "--result",
      paramLabel = "FILE",
      description = "write what became of it there, not to stderr")
  private @Nullable String result;

  @Option(
      names = "--confine",
      description = "all but the roots, /dev, /proc, /run and /tmp is read-only for COMMAND")
  private boolean confine;

  @Option(
      names = "--children-wait",
      paramLabel = "SECONDS",
      description = "how long to wait for processes that COMMAND leaves behind (default: 10)")
  private int childrenWait = 10;

  /** Returns a command line, which must not be empty. */
  static List<ByteString> required(List<ByteString> command) throws UsageException {
    if (command.isEmpty()) {
      throw new UsageException("which command? it comes after --");
    }
    return List.copyOf(command);
  }

  boolean isConfined() {
    return confine;
  }

  Duration childrenWait() throws UsageException {
    if (childrenWait < 0) {
      throw new UsageException("--children-wait takes a number of seconds, not " + childrenWait);
    }
    return Duration.ofSeconds(childrenWait);
  }

  /** Opens the file for the result, so that it is known before the command runs that it can be. */
  void openResult(Session session) throws IOException {
    if (result != null) {
      OutputStream file = new FileOutputStream(result);
      session.printer().setResultFile(file); // open to the end of the process
    }
  }
}
