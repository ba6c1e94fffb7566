package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the process's standard streams are connected to. */
enum Terminal {
  STDOUT(1),
  STDERR(2);

  private final Path link;

  Terminal(int descriptor) {
    this.link = Path.of("/proc/self/fd/" + descriptor);
  }

  /** Returns whether somebody is looking at it. */
  boolean isTerminal() {
    String target = target();
    return target.startsWith("/dev/pts/")
        || target.startsWith("/dev/tty")
        || target.startsWith("/dev/console");
  }

  /** Returns whether colours are welcome there. */
  boolean hasColours() {
    return isTerminal()
        && System.getenv("NO_COLOR") == null
        && !"dumb".equals(System.getenv("TERM"));
  }

  /** Returns whether another process reads it, and may stop doing so. */
  boolean hasReader() {
    String target = target();
    return target.startsWith("pipe:") || target.startsWith("socket:");
  }

  private String target() {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException _) {
      return "";
    }
  }
}
