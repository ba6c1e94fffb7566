package dev.holdfast.engine;

import dev.holdfast.disk.DiskError;
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
import dev.holdfast.journal.TransactionId;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
  private final OpenFolders folders;
  private final ControlDirectory control;
  private final TransactionId id;
  private final Map<FileIdentity, Set<Instant>> timesSetOn = new HashMap<>();
  private @Nullable TransactionFolder folder;

  /**
   * The folders that are open of all that are looked into: those used last. Whoever looks through a
   * long history at once would run out of descriptors.
   */
  static final class OpenFolders {
    private static final int MOST = 8;
    private final Set<BeforeImages> open = new LinkedHashSet<>();

    private void used(BeforeImages images) {
      open.remove(images);
      open.add(images);
      if (open.size() > MOST) {
        open.iterator().next().close();
      }
    }
  }

  /** Looks for the images of {@code plan} in {@code control}; they may be gone. */
  BeforeImages(ControlDirectory control, Plan plan) {
    this(new OpenFolders(), control, plan);
  }

  /** Looks for images together with others, of which not all are open at once. */
  BeforeImages(OpenFolders folders, ControlDirectory control, Plan plan) {
    this.folders = folders;
    this.control = control;
    this.id = plan.id();
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

  private @Nullable Place place(FileOperation operation) throws DiskException {
    TransactionFolder found = folder;
    if (found == null) {
      found = control.imagesOf(id).orElse(null);
      if (found == null) {
        return null;
      }
      folder = found;
    }
    folders.used(this);
    return switch (operation) {
      case Replace replace -> found.fresh(replace.slot());
      case Delete delete -> found.old(delete.slot());
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
      throw new DiskException(
          DiskError.NOT_FOUND, "open the before-image of", operation.path() + "");
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

  /** Lets go of the folder, which is opened again where it is needed again. */
  @Override
  public void close() {
    folders.open.remove(this);
    if (folder != null) {
      folder.close();
      folder = null;
    }
  }
}
