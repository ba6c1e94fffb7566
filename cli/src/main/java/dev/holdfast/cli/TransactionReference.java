package dev.holdfast.cli;

import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A transaction as it is named on the command line: {@code 12}, {@code last}, {@code last~2}. */
sealed interface TransactionReference {
  /** What a reference may look like; the numbers fit their types. */
  Pattern FORM = Pattern.compile("(?<number>[1-9][0-9]{0,17})|last(?:~(?<back>[0-9]{1,9}))?");

  /** By its number in the journal. */
  record Numbered(long sequence) implements TransactionReference {}

  /** The newest applied one but {@code back}. */
  record Last(int back) implements TransactionReference {}

  /**
   * Returns what {@code text} refers to.
   *
   * @throws IllegalArgumentException if it is not of the form
   */
  static TransactionReference parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a transaction: \"" + text + "\"; it is a number such as 12, \"last\" or \"last~2\"");
    }
    String number = matcher.group("number");
    String back = matcher.group("back");
    if (number != null) {
      return new Numbered(Long.parseLong(number));
    }
    return new Last(back == null ? 0 : Integer.parseInt(back));
  }

  /**
   * Returns the transaction's number in {@code holdfast}'s journal. A number is taken as it is; the
   * engine says if there is no such transaction.
   */
  default long sequenceIn(Holdfast holdfast) throws IOException {
    return switch (this) {
      case Numbered(long sequence) -> sequence;
      case Last _ -> {
        try (TransactionLog log = holdfast.log()) {
          yield find(log).sequence();
        }
      }
    };
  }

  /** Returns the same for what is to be taken back: what a crash left is recovered first. */
  default long sequenceAfterRecovery(Holdfast holdfast) throws IOException {
    return switch (this) {
      case Numbered(long sequence) -> sequence;
      case Last(int back) -> holdfast.lastApplied(back).orElseThrow(() -> tooFew(back)).sequence();
    };
  }

  private static RefusedException tooFew(int back) {
    return new RefusedException(
        back == 0
            ? "the journal has no applied transaction yet"
            : "the journal has no more than " + back + " applied transactions");
  }

  /**
   * Returns the transaction.
   *
   * @throws RefusedException if the journal has none such
   */
  default TransactionRecord find(TransactionLog log) throws IOException {
    return switch (this) {
      case Numbered(long sequence) ->
          log.find(sequence)
              .orElseThrow(
                  () -> new RefusedException("the journal has no transaction " + sequence));
      case Last(int back) -> log.lastApplied(back).orElseThrow(() -> tooFew(back));
    };
  }
}
