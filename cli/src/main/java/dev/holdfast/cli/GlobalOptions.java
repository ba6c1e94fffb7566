package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
final class GlobalOptions {
  @Option(
      names = "--state",
      paramLabel = "DIR",
      description = "where the journal lives (or HOLDFAST_STATE)")
  private List<ByteString> states = new ArrayList<>();

  @Option(names = "--json", description = "results and errors as JSON")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "say more; show where in the program an error came from")
  private boolean verbose;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this help")
  private boolean help;

  /** Returns every {@code --state} that came after the command's name. */
  List<ByteString> states() {
    return List.copyOf(states);
  }

  /** Returns whether JSON is wanted. */
  boolean isJson() {
    return json;
  }

  /** Returns whether more is to be said. */
  boolean isVerbose() {
    return verbose;
  }

  /** Returns whether the help is wanted. */
  boolean isHelp() {
    return help;
  }

  /** Returns the only one of {@code directories}, or null if there is none. */
  static @Nullable ByteString only(List<ByteString> directories) throws UsageException {
    if (directories.size() > 1) {
      throw new UsageException("--state is given more than once");
    }
    return directories.isEmpty() ? null : directories.getFirst();
  }
}
