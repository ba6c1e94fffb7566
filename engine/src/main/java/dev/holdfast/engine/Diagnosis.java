package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;

/**
 * What a directory's mount offers, and what a root there gets.
 *
 * @param path the directory
 * @param level the highest level it can get
 * @param levelText what that level means there, never overstated
 * @param checks what was probed, in order
 */
public record Diagnosis(AbsolutePath path, String level, String levelText, List<Check> checks) {

  /** How a check came out. */
  public enum Grade {
    GOOD,
    NOTE,
    BAD
  }

  /**
   * One thing that was probed.
   *
   * @param name what
   * @param grade how it came out
   * @param text the finding in words
   */
  public record Check(String name, Grade grade, String text) {}

  /** Copies the list. */
  public Diagnosis {
    checks = List.copyOf(checks);
  }
}
