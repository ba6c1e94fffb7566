package dev.holdfast.engine;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.FileOperation.Create;
import dev.holdfast.journal.FileOperation.Delete;
import dev.holdfast.journal.FileOperation.Move;
import dev.holdfast.journal.FileOperation.Replace;
import dev.holdfast.journal.FileOperation.SetAttributes;
import dev.holdfast.journal.Plan;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the paths of one transaction held before it, at one root: regular files' bytes, in the
 * transaction's folder. Everything else about them is in the plan.
 *
 * <p>An image is the very inode that was replaced, so whoever had it open, or has another name of
 * it, can still write to it: it is compared with the record each time, and never linked or moved
 * into a tree (holes 19 and 20).
 */
final class BeforeImages implements Images, AutoCloseable {
  private final @Nullable TransactionFolder folder;
  private final Map<FileIdentity, Set<Instant>> timesSetOn = new HashMap<>();

  /** Opens the images of {@code plan} in {@code control}; they may be gone. */
  BeforeImages(ControlDirectory control, Plan plan) throws DiskException {
    this.folder = control.imagesOf(plan.id()).orElse(null);
    for (FileOperation operation : plan.operations()) {
      if (operation instanceof SetAttributes change) {
        timesSetOn
            .computeIfAbsent(change.inode(), _ -> new HashSet<>())
            .add(change.after().modified());
      }
    }
  }

  /** What an operation took out of the tree. */
  record Taken(Facts facts, FileIdentity identity) {}

  /** Returns what {@code operation} took out of the tree; null if nothing. */
  static @Nullable Taken taken(FileOperation operation) {
    return switch (operation) {
      case Replace replace -> new Taken(replace.before(), replace.replaced());
      case Delete delete -> new Taken(delete.before(), delete.deleted());
      case Create _, Move _, SetAttributes _ -> null;
    };
  }

  /** Returns whether bringing back what {@code operation} took needs an image. */
  static boolean needsImage(FileOperation operation) {
    Taken taken = taken(operation);
    return taken != null && taken.facts().type() == FileType.FILE;
  }

  @Override
  public Optional<Stat> stat(FileOperation operation) throws DiskException {
    Place place = place(operation);
    return place == null ? Optional.empty() : place.stat();
  }

  private @Nullable Place place(FileOperation operation) {
    if (folder == null) {
      return null;
    }
    return switch (operation) {
      case Replace replace -> folder.fresh(replace.slot());
      case Delete delete -> folder.old(delete.slot());
      case Create _, Move _, SetAttributes _ -> null;
    };
  }

  @Override
  public @Nullable String problem(FileOperation operation) throws DiskException {
    Taken taken = taken(operation);
    Stat stat = stat(operation).orElse(null);
    if (taken == null || stat == null) {
      return "its before-image is gone";
    }
    if (!taken.identity().is(stat) || stat.type() != taken.facts().type()) {
      return "what it took out of the tree was somebody else's version";
    }
    if (stat.size() != taken.facts().size()) {
      return "its before-image was written to afterwards";
    }
    boolean sameTime =
        stat.modified().equals(taken.facts().modified())
            || timesSetOn.getOrDefault(taken.identity(), Set.of()).contains(stat.modified());
    return sameTime || taken.facts().digest() != null
        ? null
        : "its before-image was written to afterwards";
  }

  @Override
  public DiskFile open(FileOperation operation) throws DiskException {
    Place place = place(operation);
    if (place == null) {
      throw new IllegalStateException("no image: " + operation);
    }
    return place.directory().openToRead(place.name());
  }

  @Override
  public Copied copy(
      FileOperation operation, DiskFile to, ContentCopier copier, ContentCopier.Progress progress)
      throws IOException {
    try (DiskFile image = open(operation)) {
      return to.cloneFrom(image) ? copier.hash(to, progress) : copier.copy(image, to, progress);
    }
  }

  @Override
  public void close() {
    if (folder != null) {
      folder.close();
    }
  }
}
