package dev.holdfast.cli;

import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.util.List;

/** One command: its options, set from the command line, and what it does with the engine. */
interface Command {
  /** Returns the options that every command has. */
  GlobalOptions global();

  /** Returns which of the {@code --state} after the command's name name the journal. */
  default List<ByteString> stateDirectories() throws UsageException {
    return global().states();
  }

  /** Returns what the command is for, as it was called. */
  default ExitCode.Purpose purpose() {
    return ExitCode.Purpose.UPDATE;
  }

  /** Returns whether it runs another program, whose exit status then is this one's. */
  default boolean wraps() {
    return false;
  }

  /** Does it. A failure is thrown; see {@link ExitCode} for what becomes of it. */
  ExitCode run(Session session) throws IOException;
}
