package dev.holdfast.engine.wrap;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A line of shell whose arguments may be any bytes. */
final class ShellWords {
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  /** Adds words that the shell reads as they are. */
  ShellWords plain(String words) {
    separate();
    line.writeBytes(words.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  /** Adds one word that the shell leaves alone. */
  ShellWords quoted(byte[] word) {
    separate();
    line.write('\'');
    for (byte b : word) {
      if (b == '\'') {
        line.writeBytes("'\\''".getBytes(StandardCharsets.US_ASCII));
      } else {
        line.write(b);
      }
    }
    line.write('\'');
    return this;
  }

  /** Adds a path. */
  ShellWords path(AbsolutePath path) {
    return quoted(path.bytes());
  }

  /** Adds a path below the working directory. */
  ShellWords path(RelativePath path) {
    return quoted(path.bytes());
  }

  private void separate() {
    if (line.size() > 0) {
      line.write(' ');
    }
  }

  /** Returns the line. */
  byte[] bytes() {
    return line.toByteArray();
  }
}
