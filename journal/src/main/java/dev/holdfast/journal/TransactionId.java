package dev.holdfast.journal;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A transaction's identity: the name of its folder on disk. Random and never reused; the time in
 * front is for whoever lists the folder and orders nothing. What people see is the journal's
 * sequence number.
 */
public record TransactionId(String text) {
  private static final Pattern FORM = Pattern.compile("[0-9]{8}T[0-9]{6}-[0-9a-f]{24}");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);
  private static final int RANDOM_BYTES = 12;

  /** Checks the form: a time and 96 random bits in hexadecimal. */
  public TransactionId {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException("not a transaction's id: " + text);
    }
  }

  /** Returns a new id. */
  public static TransactionId random(Instant now, SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return new TransactionId(TIME.format(now) + "-" + HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return text;
  }
}
