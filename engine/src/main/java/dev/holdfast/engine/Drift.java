package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How live trees differ from what the journal last recorded of them.
 *
 * @param managed how many of the paths found or recorded are on record
 * @param unmanaged how many entries of the trees no transaction has touched
 * @param differences one for each path that is not as recorded, sorted by root and path; with
 *     unmanaged ones if these were asked for
 * @param asCommitted the paths that are as recorded, if these were asked for
 */
public record Drift(
    long managed, long unmanaged, List<Difference> differences, List<Difference> asCommitted) {

  /** Copies the lists. */
  public Drift {
    differences = List.copyOf(differences);
    asCommitted = List.copyOf(asCommitted);
  }

  /** What differs about a path. */
  public enum Aspect {
    TYPE,
    CONTENT,
    MODE,
    OWNER,
    XATTR,
    MTIME,
    LINK,
    MISSING,
    UNMANAGED;

    /** Returns the name in the command line's output. */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * One path.
   *
   * @param root the root
   * @param path the path below it
   * @param aspects what differs; empty where nothing does
   * @param transaction the last one that touched it; null for an unmanaged one
   */
  public record Difference(
      AbsolutePath root, RelativePath path, List<Aspect> aspects, @Nullable Long transaction) {

    /** Copies the list. */
    public Difference {
      aspects = List.copyOf(aspects);
    }

    /** Returns it in the form that every command shows. */
    public Change change() {
      return new Change(kind(), root, path, null);
    }

    private Change.Kind kind() {
      if (aspects.contains(Aspect.UNMANAGED)) {
        return Change.Kind.ADDED;
      }
      if (aspects.contains(Aspect.MISSING)) {
        return Change.Kind.DELETED;
      }
      if (aspects.contains(Aspect.TYPE)) {
        return Change.Kind.TYPE;
      }
      return aspects.contains(Aspect.CONTENT) || aspects.contains(Aspect.LINK)
          ? Change.Kind.MODIFIED
          : Change.Kind.METADATA;
    }
  }

  /** Returns whether everything is as recorded. */
  public boolean isEmpty() {
    return differences.isEmpty();
  }
}
