package dev.holdfast.engine.source;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.NewFile;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A tree to make a directory equal to. Read once, in the source's own order: the tree's own
 * directory comes first, and every directory comes before what it contains.
 *
 * <p>An archive may name a directory again, even after its contents; then there is another item of
 * this path, and the last one counts. Nothing else comes twice. What is excluded, and what belongs
 * to running programs, does not come at all.
 *
 * <p>A source is trusted only when {@link #next} has returned null: it may refuse until then.
 */
public interface TreeSource extends AutoCloseable {

  /**
   * One entry of the source. Where the source {@linkplain #isRereadable is rereadable} its methods
   * may be called as often as wanted, from any thread, until the source is closed; otherwise only
   * before the next item is asked for, and the bytes can be had once, by one of the three methods.
   */
  interface Item {
    /** Returns where it belongs, below the target; empty for the tree's own directory. */
    RelativePath path();

    /**
     * Returns what it is, {@link Facts#hardlink} included; without a digest. If a file changes
     * while it is being read, these are newer afterwards: ask again once the bytes were read.
     */
    Facts facts();

    /**
     * Returns whether the source says nothing of this directory but that it has entries: then a
     * directory that is there keeps its attributes, and {@link #facts} are for a new one.
     */
    default boolean isImplied() {
      return false;
    }

    /** Returns whether a regular file's bytes are those of {@code other}. */
    boolean sameBytes(DiskFile other, ContentCopier copier) throws IOException;

    /**
     * Copies a regular file's bytes into the empty file {@code to}, holes as holes. If it fails,
     * any part may have been written.
     */
    Copied copyTo(DiskFile to, ContentCopier copier, Progress progress) throws IOException;

    /**
     * Copies a regular file's bytes, unless {@code live} has the same. Reads the source once, so
     * that what can be read once only can be compared before anything is written.
     *
     * @param to gives the empty file to copy into; called at most once, and only if the bytes
     *     differ
     * @return empty if the bytes are the same
     */
    default Optional<Copied> copyUnlessSame(
        DiskFile live, NewFile to, ContentCopier copier, Progress progress) throws IOException {
      return sameBytes(live, copier)
          ? Optional.empty()
          : Optional.of(copyTo(to.create(), copier, progress));
    }
  }

  /** Returns the next entry, or null after the last one. */
  @Nullable Item next() throws IOException;

  /** Returns whether an item's bytes may be read more than once, and after the next item. */
  boolean isRereadable();

  /**
   * Returns paths that came as items and turned out later to belong to running programs: they, with
   * all below them, are as if they had never come. Complete once {@link #next} has returned null.
   */
  default Set<RelativePath> withdrawn() {
    return Set.of();
  }

  /**
   * Returns paths that are to be deleted, with all below them, even where what the source does not
   * have is kept. Complete once {@link #next} has returned null.
   */
  default List<RelativePath> deleted() {
    return List.of();
  }

  /**
   * Returns what the user should know of how the source was read, a line each. Complete once {@link
   * #next} has returned null.
   */
  default List<String> notes() {
    return List.of();
  }

  /** Returns where it lies, without links, if it is a directory; null if it is anything else. */
  default @Nullable AbsolutePath directory() {
    return null;
  }

  /** Returns what it is, for messages: a path. */
  String name();

  @Override
  void close();
}
