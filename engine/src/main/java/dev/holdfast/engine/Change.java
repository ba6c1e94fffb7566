package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import org.jspecify.annotations.Nullable;

/**
 * One path's change, in the form that every command shows.
 *
 * @param kind what changed
 * @param root the root
 * @param path the path below it
 * @param to where it went, for a move
 */
public record Change(Kind kind, AbsolutePath root, RelativePath path, @Nullable RelativePath to) {

  /** What can change about a path, with its letter. */
  public enum Kind {
    ADDED('A'),
    MODIFIED('M'),
    METADATA('m'),
    TYPE('T'),
    DELETED('D'),
    RENAMED('R');

    private final char letter;

    Kind(char letter) {
      this.letter = letter;
    }

    /** Returns the letter that stands for it. */
    public char letter() {
      return letter;
    }
  }

  /** Returns the line: {@code M path}, or {@code R old -> new}. */
  @Override
  public String toString() {
    return kind.letter() + " " + path + (to == null ? "" : " -> " + to);
  }
}
