package dev.holdfast.disk.linux;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;

/**
 * Where something was opened, for messages: composed only when one is written. Whoever renames a
 * directory afterwards makes it untrue.
 */
record Place(AbsolutePath directory, RelativePath below) {
  /** Returns the path for people. */
  @Override
  public String toString() {
    return directory.resolve(below).toString();
  }
}
