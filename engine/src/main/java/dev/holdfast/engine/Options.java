package dev.holdfast.engine;

import dev.holdfast.journal.ByteString;
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
 */
public record Options(
    String message, List<ByteString> command, Duration patience, @Nullable Long undoes) {
  private static final Duration DEFAULT_WAIT = Duration.ofSeconds(60);

  /** Copies the list. */
  public Options {
    command = List.copyOf(command);
  }

  /** Returns the defaults with a message. */
  public static Options message(String message) {
    return new Options(message, List.of(), DEFAULT_WAIT, null);
  }

  /** Returns these options with the command line to be recorded. */
  public Options withCommand(List<ByteString> newCommand) {
    return new Options(message, newCommand, patience, undoes);
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
    return new Options(message, command, newPatience, undoes);
  }

  /** Returns these options as those of a transaction that takes another one back. */
  public Options withUndoes(long sequence) {
    return new Options(message, command, patience, sequence);
  }
}
