package dev.holdfast.engine.source;

import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is left out of source and target alike: neither copied nor deleted. As with rsync's {@code
 * --exclude}, the first pattern that matches decides, a pattern after {@code "+ "} says that the
 * entry stays in, {@code "- "} before a pattern means nothing, and {@code "!"} forgets the patterns
 * before it. Immutable.
 */
public final class Excludes {
  /** Leaves nothing out. */
  public static final Excludes NONE = new Excludes(List.of());

  private record Rule(RsyncPattern pattern, boolean excludes) {}

  private final List<Rule> rules;

  private Excludes(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Returns what these patterns leave out.
   *
   * @throws IllegalArgumentException for a prefix without a pattern
   */
  public static Excludes of(List<ByteString> patterns) {
    List<Rule> rules = new ArrayList<>();
    for (ByteString pattern : patterns) {
      byte[] bytes = pattern.bytes();
      boolean prefixed =
          bytes.length >= 2 && (bytes[0] == '+' || bytes[0] == '-') && bytes[1] == ' ';
      if (prefixed && bytes.length == 2) {
        throw new IllegalArgumentException("no pattern after the prefix: \"" + pattern + '"');
      }
      if (bytes.length == 1 && bytes[0] == '!') {
        rules.clear();
      } else if (bytes.length > 0) {
        ByteString body =
            prefixed ? ByteString.of(Arrays.copyOfRange(bytes, 2, bytes.length)) : pattern;
        rules.add(new Rule(new RsyncPattern(body), !prefixed || bytes[0] == '-'));
      }
    }
    return new Excludes(rules);
  }

  /** Returns whether the entry is left out, for a walk that does not enter what is. */
  public boolean excludes(RelativePath path, boolean isDirectory) {
    for (Rule rule : rules) {
      if (rule.pattern().matches(path, isDirectory)) {
        return rule.excludes();
      }
    }
    return false;
  }

  /** Returns whether the entry, or a directory that it lies in, is left out. */
  public boolean covers(RelativePath path, boolean isDirectory) {
    if (rules.isEmpty()) {
      return false;
    }
    boolean directory = isDirectory;
    for (RelativePath at = path; !at.isEmpty(); at = at.parent()) {
      if (excludes(at, directory)) {
        return true;
      }
      directory = true;
    }
    return false;
  }
}
