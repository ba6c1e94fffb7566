package dev.holdfast.disk.linux;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The program's arguments as bytes. The strings that {@code main} gets have lost every byte that
 * the locale's encoding does not know, which under LC_ALL=C is every byte above 127.
 */
public final class ProcessArguments {
  private ProcessArguments() {}

  /**
   * Returns the last {@code count} arguments of this process: those of {@code main}, if it got so
   * many.
   *
   * @throws IllegalArgumentException if the process has fewer
   * @throws UncheckedIOException if /proc cannot be read
   */
  public static List<byte[]> last(int count) {
    String path = "/proc/self/cmdline";
    try {
      return lastOf(SystemFile.read(new ForeignLibC(), path), count);
    } catch (ErrnoException e) {
      throw new UncheckedIOException(e.during("read", path));
    }
  }

  /** Returns the last {@code count} of the NUL-terminated items in {@code commandLine}. */
  static List<byte[]> lastOf(byte[] commandLine, int count) {
    List<byte[]> items = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        items.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    if (count < 0 || count > items.size()) {
      throw new IllegalArgumentException(
          "the process has " + items.size() + " arguments, not " + count);
    }
    return List.copyOf(items.subList(items.size() - count, items.size()));
  }
}
