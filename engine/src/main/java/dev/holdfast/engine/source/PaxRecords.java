package dev.holdfast.engine.source;

import dev.holdfast.journal.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The records of an extended header, in their order. Values are bytes: names need not be UTF-8, and
 * attributes, such as capabilities, never are.
 */
final class PaxRecords {
  /** One record; an empty value takes back what a global header said. */
  record Pair(String key, ByteString value) {}

  private final List<Pair> records = new ArrayList<>();
  private long length;

  PaxRecords() {}

  /** Adds the records of an extended header's body: lines of length, space, key, =, value. */
  void add(byte[] body) throws BadArchiveException {
    length += body.length;
    if (length > ArchiveLimits.MAX_EXTENSION) {
      throw new BadArchiveException("has extended headers of more than " + length + " bytes");
    }
    int start = 0;
    while (start < body.length) {
      int space = start;
      long length = 0;
      while (space < body.length && body[space] != ' ') {
        if (body[space] < '0' || body[space] > '9' || space - start > 9) {
          throw malformed();
        }
        length = length * 10 + (body[space] - '0');
        space++;
      }
      long end = start + length;
      if (space == start || end > body.length || end - 1 <= space || body[(int) end - 1] != '\n') {
        throw malformed();
      }
      addRecord(body, space + 1, (int) end - 1);
      start = (int) end;
    }
  }

  private void addRecord(byte[] body, int start, int end) throws BadArchiveException {
    int equals = start;
    while (equals < end && body[equals] != '=') {
      equals++;
    }
    if (equals == end || equals == start) {
      throw malformed();
    }
    try {
      ByteBuffer key = ByteBuffer.wrap(body, start, equals - start);
      records.add(
          new Pair(
              StandardCharsets.UTF_8.newDecoder().decode(key).toString(),
              ByteString.of(Arrays.copyOfRange(body, equals + 1, end))));
    } catch (CharacterCodingException _) {
      throw new BadArchiveException("has an extended header whose keyword is not UTF-8");
    }
  }

  private static BadArchiveException malformed() {
    return new BadArchiveException("has a malformed extended header");
  }

  /** Returns these records after those of {@code before}, which they override. */
  PaxRecords after(PaxRecords before) {
    PaxRecords all = new PaxRecords();
    all.records.addAll(before.records);
    all.records.addAll(records);
    return all;
  }

  /** Returns all of them, in order. */
  List<Pair> all() {
    return records;
  }

  boolean isEmpty() {
    return records.isEmpty();
  }

  /** Returns the last value of a key, if there is any and it is not empty. */
  Optional<byte[]> find(String key) {
    return records.reversed().stream()
        .filter(one -> one.key().equals(key))
        .findFirst()
        .map(Pair::value)
        .filter(value -> value.length() > 0)
        .map(ByteString::bytes);
  }

  /** Returns a key's value as a number that is not negative. */
  Optional<Long> findNumber(String key) throws BadArchiveException {
    Optional<byte[]> value = find(key);
    return value.isEmpty() ? Optional.empty() : Optional.of(number(value.get()));
  }

  /** Returns what decimal digits say. */
  static long number(byte[] digits) throws BadArchiveException {
    try {
      String text = ascii(digits);
      if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw new NumberFormatException();
      }
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new BadArchiveException("has an extended header with a bad number");
    }
  }

  /** Returns a key's value as a time: seconds, perhaps with a sign and a fraction. */
  Optional<Instant> findTime(String key) throws BadArchiveException {
    Optional<byte[]> value = find(key);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    String text = ascii(value.get());
    if (!text.matches("-?[0-9]{1,18}(\\.[0-9]*)?")) {
      throw new BadArchiveException("has an extended header with a bad time");
    }
    int dot = text.indexOf('.');
    String whole = dot < 0 ? text : text.substring(0, dot);
    String fraction = dot < 0 ? "" : text.substring(dot + 1);
    long nanos = Long.parseLong((fraction + "000000000").substring(0, 9));
    long seconds = Long.parseLong(whole);
    try {
      return Optional.of(
          whole.startsWith("-")
              ? Instant.ofEpochSecond(seconds, -nanos)
              : Instant.ofEpochSecond(seconds, nanos));
    } catch (DateTimeException _) {
      throw new BadArchiveException("has an extended header with a bad time");
    }
  }

  private static String ascii(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
