package dev.holdfast.engine.source;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of wildcards, matched in time proportional to pattern and text: no pattern makes it
 * slow.
 */
final class Wildcards {
  /** The classes of POSIX in its own locale. */
  private static final Map<String, IntPredicate> CLASSES =
      Map.ofEntries(
          Map.entry("alnum", b -> isLetter(b) || isDigit(b)),
          Map.entry("alpha", Wildcards::isLetter),
          Map.entry("blank", b -> b == ' ' || b == '\t'),
          Map.entry("cntrl", b -> b < ' ' || b == 0x7f),
          Map.entry("digit", Wildcards::isDigit),
          Map.entry("graph", Wildcards::isGraphic),
          Map.entry("lower", b -> b >= 'a' && b <= 'z'),
          Map.entry("print", b -> b == ' ' || isGraphic(b)),
          Map.entry("punct", b -> isGraphic(b) && !isLetter(b) && !isDigit(b)),
          Map.entry("space", b -> b == ' ' || (b >= '\t' && b <= '\r')),
          Map.entry("upper", b -> b >= 'A' && b <= 'Z'),
          Map.entry("xdigit", b -> Character.digit(b, 16) >= 0 && b < 0x80));

  /** A part of a pattern: some bytes, once, or any number of them. */
  private record Part(BitSet bytes, boolean repeated) {}

  private final List<Part> parts = new ArrayList<>();
  private final byte[] pattern;
  private int next;

  /** Reads a pattern; one with a class that does not end matches nothing. */
  Wildcards(byte[] pattern) {
    this.pattern = pattern;
    while (next < pattern.length) {
      parts.add(read());
    }
  }

  private Part read() {
    int b = pattern[next++] & 0xff;
    return switch (b) {
      case '?' -> new Part(allButSlash(), false);
      case '*' -> {
        boolean crosses = peek() == '*';
        while (peek() == '*') {
          next++;
        }
        yield new Part(crosses ? all() : allButSlash(), true);
      }
      case '[' -> new Part(readClass(), false);
      case '\\' -> new Part(next < pattern.length ? only(pattern[next++] & 0xff) : none(), false);
      default -> new Part(only(b), false);
    };
  }

  private int peek() {
    return peek(0);
  }

  private int peek(int ahead) {
    return next + ahead < pattern.length ? pattern[next + ahead] & 0xff : -1;
  }

  private BitSet readClass() {
    BitSet bytes = new BitSet(256);
    boolean negated = peek() == '!' || peek() == '^';
    if (negated) {
      next++;
    }
    if (!readMembers(bytes)) {
      next = pattern.length;
      return none();
    }
    if (negated) {
      bytes.flip(0, 256);
    }
    bytes.clear('/');
    return bytes;
  }

  /**
   * Reads up to and including the closing bracket; a bracket right at the beginning is a member.
   */
  private boolean readMembers(BitSet bytes) {
    int previous = -1;
    boolean first = true;
    while (first || peek() != ']') {
      first = false;
      int b = peek();
      if (b < 0) {
        return false;
      }
      next++;
      if (b == '-' && previous >= 0 && peek() >= 0 && peek() != ']') {
        int last = readEscaped();
        if (last < 0) {
          return false;
        }
        if (previous <= last) {
          bytes.set(previous, last + 1);
        }
        previous = -1;
      } else if (b == '[' && peek() == ':' && namedClassLength() >= 0) {
        int length = namedClassLength();
        IntPredicate named = namedClass(length);
        if (named == null) {
          return false;
        }
        for (int i = 0; i < 0x80; i++) {
          if (named.test(i)) {
            bytes.set(i);
          }
        }
        next += length + 3;
        previous = -1;
      } else {
        next--;
        previous = readEscaped();
        if (previous < 0) {
          return false;
        }
        bytes.set(previous);
      }
    }
    next++;
    return true;
  }

  /** Returns the length of the name in {@code [:name:]}, or -1 if this is no such thing. */
  private int namedClassLength() {
    int end = 1;
    while (peek(end) >= 0 && peek(end) != ']') {
      end++;
    }
    return peek(end) == ']' && end >= 2 && peek(end - 1) == ':' ? end - 2 : -1;
  }

  private @Nullable IntPredicate namedClass(int length) {
    StringBuilder name = new StringBuilder();
    for (int i = 0; i < length; i++) {
      name.append((char) peek(1 + i));
    }
    return CLASSES.get(name.toString());
  }

  private int readEscaped() {
    if (peek() == '\\') {
      next++;
    }
    int b = peek();
    next++;
    return b;
  }

  /** Returns whether all of {@code text} from {@code start} on matches all of the pattern. */
  boolean match(byte[] text, int start) {
    int length = text.length - start;
    boolean[] reached = new boolean[length + 1];
    reached[0] = true;
    for (Part part : parts) {
      if (part.repeated()) {
        for (int i = 0; i < length; i++) {
          reached[i + 1] |= reached[i] && part.bytes().get(text[start + i] & 0xff);
        }
      } else {
        for (int i = length; i > 0; i--) {
          reached[i] = reached[i - 1] && part.bytes().get(text[start + i - 1] & 0xff);
        }
        reached[0] = false;
      }
    }
    return reached[length];
  }

  private static BitSet none() {
    return new BitSet();
  }

  private static BitSet only(int b) {
    BitSet bytes = new BitSet(256);
    bytes.set(b);
    return bytes;
  }

  private static BitSet all() {
    BitSet bytes = new BitSet(256);
    bytes.set(0, 256);
    return bytes;
  }

  private static BitSet allButSlash() {
    BitSet bytes = all();
    bytes.clear('/');
    return bytes;
  }

  private static boolean isLetter(int b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
  }

  private static boolean isDigit(int b) {
    return b >= '0' && b <= '9';
  }

  private static boolean isGraphic(int b) {
    return b > ' ' && b < 0x7f;
  }
}
