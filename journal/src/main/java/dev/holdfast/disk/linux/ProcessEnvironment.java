package dev.holdfast.disk.linux;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * The variables that the process was started with, as bytes; see {@link ProcessArguments} for why.
 */
public final class ProcessEnvironment {
  private ProcessEnvironment() {}

  /**
   * Returns a variable's value.
   *
   * @throws UncheckedIOException if /proc cannot be read
   */
  public static Optional<byte[]> value(String name) {
    String path = "/proc/self/environ";
    try {
      return valueIn(SystemFile.read(new ForeignLibC(), path), name);
    } catch (ErrnoException e) {
      throw new UncheckedIOException(e.during("read", path));
    }
  }

  /** Returns the value of {@code name} in NUL-terminated items of the form {@code NAME=VALUE}. */
  static Optional<byte[]> valueIn(byte[] environment, String name) {
    byte[] prefix = (name + "=").getBytes(StandardCharsets.US_ASCII);
    int start = 0;
    for (int i = 0; i < environment.length; i++) {
      if (environment[i] == 0) {
        int value = start + prefix.length;
        if (value <= i && Arrays.equals(environment, start, value, prefix, 0, prefix.length)) {
          return Optional.of(Arrays.copyOfRange(environment, value, i));
        }
        start = i + 1;
      }
    }
    return Optional.empty();
  }
}
