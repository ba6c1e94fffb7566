package dev.holdfast.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.concurrent.TimeUnit;

/**
 * The machine's log, reached by logger(1), which knows where it is. Where there is none, or it does
 * not answer, nothing is lost but the line: the journal and stderr have it too.
 */
final class SystemLog {
  private static final long PATIENCE_SECONDS = 2;

  /** How much a line matters, in syslog's words. */
  enum Severity {
    /** A transaction took place. */
    NOTICE("notice"),

    /** An update was refused, or failed. */
    WARNING("warning");

    private final String word;

    Severity(String word) {
      this.word = word;
    }
  }

  private SystemLog() {}

  /** Tells of a transaction. */
  static void tell(long sequence, String what, String message) {
    write(
        Severity.NOTICE,
        "transaction " + sequence + ": " + what + (message.isEmpty() ? "" : ": " + message));
  }

  /** Writes a line. Control characters in it are quoted. */
  static void write(Severity severity, String text) {
    try {
      Process logger =
          new ProcessBuilder(
                  "logger",
                  "-t",
                  "holdfast",
                  "-p",
                  "user." + severity.word,
                  "--",
                  ArgumentText.oneLine(text))
              .redirectInput(Redirect.from(new File("/dev/null")))
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      if (!logger.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        logger.destroyForcibly();
      }
    } catch (IOException _) {
      // There is no logger here.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
