package dev.holdfast.engine;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.journal.FileOperation;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What operations took out of a tree, and is still kept. */
interface Images {
  /** Returns what is at the place of the operation's image. */
  Optional<Stat> stat(FileOperation operation) throws DiskException;

  /**
   * Compares an image with the record, but for its bytes.
   *
   * @return what is wrong with it, or null
   */
  @Nullable String problem(FileOperation operation) throws DiskException;

  /** Opens the image of {@code operation}, a regular file. */
  DiskFile open(FileOperation operation) throws DiskException;

  /** Copies an image into the empty file {@code to}, sharing its blocks where that can be. */
  Copied copy(
      FileOperation operation, DiskFile to, ContentCopier copier, ContentCopier.Progress progress)
      throws IOException;
}
