package dev.holdfast.engine.failure;

import dev.holdfast.disk.AbsolutePath;
import java.util.List;

/** Somebody else changed paths of the transaction since it looked at them. Nothing changed. */
public final class ConflictException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> paths;

  /** Creates one for these paths. */
  public ConflictException(String message, List<String> paths) {
    super(message, null);
    this.paths = List.copyOf(paths);
  }

  /** Creates one for an entry that was something else, or gone, when it was looked at again. */
  public static ConflictException changedMeanwhile(AbsolutePath path) {
    return new ConflictException(
        path + " was changed by somebody else meanwhile; nothing was changed",
        List.of(path.toString()));
  }

  /** Returns the paths in conflict, for people. */
  public List<String> paths() {
    return paths;
  }
}
