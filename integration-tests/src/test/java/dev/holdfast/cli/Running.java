package dev.holdfast.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A run of the program.
 *
 * @param process its process
 * @param out where its stdout goes
 * @param err where its stderr goes
 */
record Running(Process process, Path out, Path err) {
  private static final long MINUTES = 2;

  /** Waits for its end. Closes its stdin. */
  Invoked end() throws IOException, InterruptedException {
    process.getOutputStream().close();
    return await();
  }

  /** Waits for its end, with its stdin left open. */
  Invoked await() throws IOException, InterruptedException {
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IOException("still running after " + MINUTES + " minutes; stderr: " + text(err));
    }
    return new Invoked(process.exitValue(), text(out), text(err));
  }

  private static String text(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
