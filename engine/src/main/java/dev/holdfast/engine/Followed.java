package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;

/**
 * What became of an update of a directory that follows another one.
 *
 * @param root the directory
 * @param committed what was committed
 * @param conflicts the paths that were changed on both sides, each with what was done, for people
 */
public record Followed(AbsolutePath root, Committed committed, List<String> conflicts) {
  /** Copies the list. */
  public Followed {
    conflicts = List.copyOf(conflicts);
  }
}
