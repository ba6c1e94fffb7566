package dev.holdfast.cli;

import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@code log} that choose transactions by their record alone. */
final class LogFilter {
  @Option(names = "--since", paramLabel = "T", description = "begun at T or later")
  private @Nullable String since;

  @Option(names = "--until", paramLabel = "T", description = "begun at T or earlier")
  private @Nullable String until;

  @Option(names = "--user", paramLabel = "U", description = "begun by this user (name or number)")
  private @Nullable String user;

  @Option(
      names = "--grep",
      paramLabel = "TEXT",
      description = "with TEXT in message, command or reason, in upper or lower case")
  private @Nullable String text;

  private Instant from = Instant.MIN;
  private Instant to = Instant.MAX;
  private @Nullable String state;

  /** Returns those values of {@code --state} that name the journal, not a state. */
  List<ByteString> stateDirectories(List<ByteString> values) throws UsageException {
    for (ByteString value : values) {
      String word = word(value);
      if (!word.contains("/") && !isState(word)) {
        throw new UsageException(
            "--state takes one of %s, or the journal's directory, with a slash in it: \"%s\" is neither"
                .formatted(labels(), word));
      }
    }
    return values.stream().filter(value -> !isState(word(value))).toList();
  }

  /**
   * Makes ready for filtering.
   *
   * @param now what durations count back from
   * @param states the values of {@code --state}
   */
  void begin(Instant now, List<ByteString> states) throws UsageException {
    try {
      from = since == null ? Instant.MIN : TimeText.time(since, now);
      to = until == null ? Instant.MAX : TimeText.time(until, now);
    } catch (IllegalArgumentException e) {
      throw UsageException.saying(e);
    }
    for (ByteString value : states) {
      if (isState(word(value))) {
        state = word(value);
      }
    }
  }

  /** Returns whether a transaction is to be listed. */
  boolean accepts(TransactionRecord transaction) {
    Beginning beginning = transaction.beginning();
    return !beginning.began().isBefore(from)
        && !beginning.began().isAfter(to)
        && (user == null
            || user.equals(beginning.user())
            || user.equals(Integer.toUnsignedString(beginning.uid())))
        && (state == null || state.equals(transaction.state().label()))
        && (text == null || mentions(transaction, text));
  }

  private static boolean mentions(TransactionRecord transaction, String text) {
    Outcome outcome = transaction.outcome();
    String reason = outcome == null ? null : outcome.reason();
    String all =
        String.join(
            "\n",
            transaction.beginning().message(),
            TransactionText.command(transaction.beginning()),
            reason == null ? "" : reason);
    return all.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
  }

  private static boolean isState(String word) {
    return Arrays.stream(TransactionState.values()).anyMatch(s -> s.label().equals(word));
  }

  private static String labels() {
    return Arrays.stream(TransactionState.values())
        .map(TransactionState::label)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String word(ByteString value) {
    return new String(value.bytes(), StandardCharsets.UTF_8);
  }
}
