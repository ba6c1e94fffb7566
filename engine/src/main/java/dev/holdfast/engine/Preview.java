package dev.holdfast.engine;

import java.util.List;

/**
 * What a transaction would change if it were committed now.
 *
 * @param changes one for each path, sorted by bytes
 * @param patch the same as a unified diff with git's headers; empty if it was not asked for
 */
public record Preview(List<Change> changes, List<String> patch) {
  /** Copies the lists. */
  public Preview {
    changes = List.copyOf(changes);
    patch = List.copyOf(patch);
  }
}
