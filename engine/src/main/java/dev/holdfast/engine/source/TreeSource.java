package dev.holdfast.engine.source;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A tree to make a directory equal to. Read once, in the source's own order; a directory comes
 * before what it contains.
 */
public interface TreeSource extends AutoCloseable {

  /** One entry of the source. */
  interface Item {
    /** Returns where it belongs, below the target; empty for the tree's own directory. */
    RelativePath path();

    /** Returns what it is, {@link Facts#hardlink} included; without a digest if not known. */
    Facts facts();

    /** Copies a regular file's bytes into the empty file {@code to}. At most once. */
    Copied copyTo(DiskFile to, Progress progress) throws IOException;

    /**
     * Returns whether a regular file's bytes are those of {@code other}. Before {@link #copyTo}.
     */
    boolean sameBytes(DiskFile other) throws IOException;
  }

  /** Returns the next entry, or null after the last one. */
  @Nullable Item next() throws IOException;

  /** Returns whether {@link Item#sameBytes} and then {@link Item#copyTo} may both be called. */
  boolean isRereadable();

  /** Returns what it is, for messages: a path. */
  String name();

  @Override
  void close() throws IOException;
}
