package dev.holdfast.engine.source;

import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.ByteString;
import java.util.Arrays;

/**
 * One pattern as rsync's {@code --exclude} takes it, on bytes.
 *
 * <p>A leading slash anchors it at the tree's top, a trailing one makes it match directories only.
 * {@code *} and {@code ?} do not match a slash, {@code **} does, {@code [...]} is a class of bytes,
 * and a backslash takes away a meaning if there is any of those. A pattern without a slash and
 * without {@code **} is matched against the last name only; one with a slash inside against the end
 * of the path, at a name's beginning; {@code dir/***} is the directory and all in it. See rsync(1),
 * "PATTERN MATCHING RULES".
 */
final class RsyncPattern {
  private static final byte[] ANYTHING = {'*', '*'};
  private static final byte[] THE_REST = {'*', '*', '*'};

  private final byte[] pattern;
  private final boolean directoriesOnly;
  private final boolean anchored;
  private final boolean hasWildcards;
  private final boolean crossesSlashes;
  private final boolean beginsWithAnything;
  private final boolean endsWithTheRest;
  private final int slashes;
  private final Wildcards wildcards;

  /** Reads a pattern, which is not empty. */
  RsyncPattern(ByteString text) {
    byte[] bytes = text.bytes();
    directoriesOnly = bytes.length > 1 && bytes[bytes.length - 1] == '/';
    byte[] body = directoriesOnly ? Arrays.copyOf(bytes, bytes.length - 1) : bytes;
    anchored = body[0] == '/';
    slashes = count(body, '/');
    hasWildcards = count(body, '*') + count(body, '[') + count(body, '?') > 0;
    crossesSlashes = contains(body, ANYTHING);
    beginsWithAnything = startsAt(body, 0, ANYTHING);
    endsWithTheRest = startsAt(body, body.length - THE_REST.length, THE_REST);
    pattern = anchored ? Arrays.copyOfRange(body, 1, body.length) : body;
    wildcards = new Wildcards(pattern);
  }

  /** Returns whether the pattern matches this entry itself, whatever its parents are. */
  boolean matches(RelativePath path, boolean isDirectory) {
    if (path.isEmpty() || (directoriesOnly && !isDirectory)) {
      return false;
    }
    if (slashes == 0 && !crossesSlashes) {
      byte[] name = path.name().bytes();
      return hasWildcards ? wildcards.match(name, 0) : Arrays.equals(name, pattern);
    }
    return hasWildcards
        ? matchesText(decorated(path, isDirectory))
        : matchesLiterally(path.bytes());
  }

  /** Lets a leading double star and slash match nothing, and a trailing triple star its parent. */
  private byte[] decorated(RelativePath path, boolean isDirectory) {
    byte[] bytes = path.bytes();
    int before = beginsWithAnything ? 1 : 0;
    int after = isDirectory && endsWithTheRest ? 1 : 0;
    byte[] text = new byte[before + bytes.length + after];
    Arrays.fill(text, (byte) '/');
    System.arraycopy(bytes, 0, text, before, bytes.length);
    return text;
  }

  private boolean matchesText(byte[] text) {
    if (anchored || beginsWithAnything) {
      return wildcards.match(text, 0);
    }
    if (!crossesSlashes) {
      int start = startOfLast(slashes + 1, text);
      return start >= 0 && wildcards.match(text, start);
    }
    for (int start = 0; start <= text.length; start++) {
      if ((start == 0 || text[start - 1] == '/') && wildcards.match(text, start)) {
        return true;
      }
    }
    return false;
  }

  /** Returns where the last {@code count} names begin, or -1 if there are fewer. */
  private static int startOfLast(int count, byte[] text) {
    int left = count;
    for (int i = text.length - 1; i >= 0; i--) {
      if (text[i] == '/' && --left == 0) {
        return i + 1;
      }
    }
    return left == 1 ? 0 : -1;
  }

  private boolean matchesLiterally(byte[] path) {
    int start = path.length - pattern.length;
    return start >= 0
        && startsAt(path, start, pattern)
        && (start == 0 || (!anchored && path[start - 1] == '/'));
  }

  private static int count(byte[] bytes, int wanted) {
    int count = 0;
    for (byte b : bytes) {
      count += b == wanted ? 1 : 0;
    }
    return count;
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int i = 0; i + part.length <= bytes.length; i++) {
      if (startsAt(bytes, i, part)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsAt(byte[] bytes, int start, byte[] part) {
    return start >= 0
        && start + part.length <= bytes.length
        && Arrays.equals(bytes, start, start + part.length, part, 0, part.length);
  }
}
