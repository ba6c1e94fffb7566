package dev.holdfast.engine.wrap;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import java.util.List;

/**
 * A root as a command is to see it.
 *
 * @param path where it is
 * @param control its control directory
 * @param layers the directory that holds its layers
 * @param sealed how many layers are there: 1, 2, 3 …
 * @param live directories below it that belong to running supervisors and stay the live ones
 * @param covered control directories below it, which nobody is to see into
 */
public record WrappedRoot(
    AbsolutePath path,
    AbsolutePath control,
    AbsolutePath layers,
    int sealed,
    List<RelativePath> live,
    List<RelativePath> covered) {
  /** Copies the lists. */
  public WrappedRoot {
    live = List.copyOf(live);
    covered = List.copyOf(covered);
  }
}
