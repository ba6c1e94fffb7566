package dev.holdfast.engine;

import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Origin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction is made and recorded. Immutable.
 *
 * @param message why, for the record; may be empty
 * @param command the command line that asked for it, for the record
 * @param patience how long to wait for another writer and for the gates' readers
 * @param undoes the transaction that it takes back, for the record; or null
 * @param takesBack all that it takes back, newest first, for the record
 * @param isolation how its changes are kept apart until they are applied, for the record
 * @param redacted whether the record is to have no more of the command line than its name
 * @param then what is to be run for a shell once the new state is visible and durable; or null
 */
public record Options(
    String message,
    List<ByteString> command,
    Duration patience,
    @Nullable Long undoes,
    List<Long> takesBack,
    String isolation,
    boolean redacted,
    @Nullable ByteString then) {
  private static final Duration DEFAULT_WAIT = Duration.ofSeconds(60);

  /** Copies the lists. */
  public Options {
    command = List.copyOf(command);
    takesBack = List.copyOf(takesBack);
  }

  /** Returns the defaults with a message. */
  public static Options message(String message) {
    return new Options(
        message, List.of(), DEFAULT_WAIT, null, List.of(), Origin.STAGED, false, null);
  }

  /** Returns these options with the command line to be recorded. */
  public Options withCommand(List<ByteString> newCommand) {
    return new Options(message, newCommand, patience, undoes, takesBack, isolation, redacted, then);
  }

  /** Returns these options with a command line of text. */
  public Options withCommand(String... words) {
    return withCommand(
        List.of(words).stream()
            .map(word -> ByteString.of(word.getBytes(StandardCharsets.UTF_8)))
            .toList());
  }

  /** Returns these options with another limit for waiting. */
  public Options withPatience(Duration newPatience) {
    return new Options(message, command, newPatience, undoes, takesBack, isolation, redacted, then);
  }

  /** Returns these options as those of a transaction that takes another one back. */
  public Options withUndoes(long sequence) {
    return new Options(
        message, command, patience, sequence, List.of(sequence), isolation, redacted, then);
  }

  /** Returns these options as those of a transaction that takes others back, newest first. */
  public Options withTakesBack(@Nullable Long sequence, List<Long> all) {
    return new Options(message, command, patience, sequence, all, isolation, redacted, then);
  }

  /** Returns these options with the way in which changes are kept apart until the commit. */
  public Options withIsolation(String how) {
    return new Options(message, command, patience, undoes, takesBack, how, redacted, then);
  }

  /** Returns these options with a record that keeps secrets on the command line out, or not. */
  public Options withRedacted(boolean keptOut) {
    return new Options(message, command, patience, undoes, takesBack, isolation, keptOut, then);
  }

  /**
   * Returns these options with a command that is run after the transaction, at least once: by
   * recovery, if a crash came between.
   */
  public Options withThen(@Nullable ByteString newThen) {
    return new Options(message, command, patience, undoes, takesBack, isolation, redacted, newThen);
  }
}
