package dev.holdfast.cli;

import dev.holdfast.disk.linux.ProcessArguments;
import dev.holdfast.disk.linux.ProcessEnvironment;
import dev.holdfast.journal.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The variables that the program was started with, as bytes. */
@FunctionalInterface
interface Environment {
  /** Returns a variable's value. An empty one counts as none. */
  Optional<ByteString> variable(String name);

  /** Returns those of this process. */
  static Environment ofProcess() {
    return name -> {
      String value = System.getenv(name);
      if (value == null || value.isEmpty()) {
        return Optional.empty();
      }
      return isAscii(value)
          ? Optional.of(ascii(value))
          : ProcessEnvironment.value(name).map(ByteString::of);
    };
  }

  /**
   * Returns the bytes of the arguments that {@code main} got. Where all are ASCII the strings are
   * exact in every locale, and the system need not be asked.
   */
  static List<ByteString> arguments(String... strings) {
    return Arrays.stream(strings).allMatch(Environment::isAscii)
        ? Arrays.stream(strings).map(Environment::ascii).toList()
        : ProcessArguments.last(strings.length).stream().map(ByteString::of).toList();
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }

  private static ByteString ascii(String text) {
    return ByteString.of(text.getBytes(StandardCharsets.US_ASCII));
  }
}
