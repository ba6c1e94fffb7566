package dev.holdfast.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * What the engine logs goes to stderr, a line each. Set up by the JDK's logging when something is
 * logged for the first time, and so not at all in most runs.
 */
public final class ProgramLog {
  private static final String VERBOSE = "dev.holdfast.verbose";

  /** Called by the JDK's logging; see {@link LogManager}. */
  public ProgramLog() throws IOException {
    String level = Boolean.getBoolean(VERBOSE) ? "FINE" : "WARNING";
    String properties =
        """
        handlers = java.util.logging.ConsoleHandler
        .level = WARNING
        dev.holdfast.level = %s
        java.util.logging.ConsoleHandler.level = ALL
        java.util.logging.ConsoleHandler.encoding = UTF-8
        java.util.logging.ConsoleHandler.formatter = java.util.logging.SimpleFormatter
        java.util.logging.SimpleFormatter.format = holdfast: %%5$s%%6$s%%n
        """
            .formatted(level);
    LogManager.getLogManager()
        .readConfiguration(
            new ByteArrayInputStream(properties.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** Chooses how much is logged, from now on. To be called before anything is logged. */
  static void configure(boolean verbose) {
    System.setProperty(VERBOSE, Boolean.toString(verbose));
    System.setProperty("java.util.logging.config.class", ProgramLog.class.getName());
  }
}
