package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.DriftScan.Found;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bytes that are still somewhere, by their digest: in before-images of one root, in live files that
 * are as they were committed, and in other trees where they may lie. Nothing is believed but a
 * digest of what was read.
 */
final class KeptContents implements AutoCloseable {
  private final ControlDirectory control;
  private final LiveTree tree;
  private final ContentCopier copier = new ContentCopier();
  private final Map<ContentDigest, List<Opener>> byDigest = new HashMap<>();
  private final Map<Long, List<Opener>> bySize = new HashMap<>();
  private final BeforeImages.OpenFolders folders = new BeforeImages.OpenFolders();
  private final List<BeforeImages> images = new ArrayList<>();
  private final SourceTrees elsewhere;

  /** Opens a file that may hold the bytes. */
  private interface Opener {
    Optional<DiskFile> open() throws IOException;
  }

  /** A file that holds them. */
  interface Source {
    /** Copies them, sharing blocks where that can be. */
    Copied copyTo(DiskFile file) throws IOException;
  }

  /**
   * Looks for what is kept.
   *
   * @param others directories that may have files of these bytes, at the same paths as the root
   */
  KeptContents(Engine engine, AbsolutePath root, JournalView view, List<AbsolutePath> others)
      throws IOException {
    this.elsewhere = new SourceTrees(engine.environment().disk(), root, view, others);
    this.control = engine.control(root);
    this.tree = LiveTree.open(engine.environment().disk(), root);
    List<TransactionId> ids = new ArrayList<>(control.retired());
    ids.addAll(control.folders());
    for (TransactionId id : ids) {
      TransactionRecord record = view.find(id).orElse(null);
      Plan plan = record == null ? null : view.plan(record.sequence()).orElse(null);
      if (plan != null) {
        add(plan, root);
      }
    }
  }

  private void add(Plan plan, AbsolutePath root) throws IOException {
    BeforeImages held = new BeforeImages(folders, control, plan);
    images.add(held);
    for (FileOperation operation : plan.operations()) {
      BeforeImages.Taken taken = BeforeImages.taken(operation);
      if (taken != null
          && BeforeImages.needsImage(operation)
          && plan.roots().get(operation.root()).path().equals(root)) {
        Opener opener =
            () -> {
              Stat stat = held.stat(operation).orElse(null);
              return stat == null || !stat.isFile()
                  ? Optional.empty()
                  : Optional.of(held.open(operation));
            };
        ContentDigest digest = taken.facts().digest();
        if (digest == null) {
          bySize.computeIfAbsent(taken.facts().size(), _ -> new ArrayList<>()).add(opener);
        } else {
          byDigest.computeIfAbsent(digest, _ -> new ArrayList<>()).add(opener);
        }
      }
    }
  }

  /** Adds the live files that are as they were committed. */
  void add(List<Found> found) {
    for (Found each : found) {
      if (each.aspects().isEmpty()
          && each.entry() != null
          && each.entry().facts().type() == FileType.FILE
          && each.entry().facts().digest() != null) {
        RelativePath path = each.path();
        byDigest
            .computeIfAbsent(each.entry().facts().digest(), _ -> new ArrayList<>())
            .add(() -> {
              Place place = tree.place(path);
              return Optional.of(place.directory().openToRead(place.name()));
            });
      }
    }
  }

  /** Finds the bytes that a path had. */
  Optional<Source> find(RelativePath path, ContentDigest digest, long size) throws IOException {
    List<Opener> candidates = new ArrayList<>(byDigest.getOrDefault(digest, List.of()));
    candidates.addAll(bySize.getOrDefault(size, List.of()));
    for (Opener candidate : candidates) {
      if (has(candidate, digest, size)) {
        return Optional.of(to -> copy(candidate, digest, to));
      }
    }
    for (LiveTree other : elsewhere.trees()) {
      Opener candidate = () -> SourceTrees.file(other, path);
      if (has(candidate, digest, size)) {
        return Optional.of(to -> copy(candidate, digest, to));
      }
    }
    return Optional.empty();
  }

  private boolean has(Opener candidate, ContentDigest digest, long size) throws IOException {
    try (DiskFile file = candidate.open().orElse(null)) {
      return file != null
          && file.size() == size
          && copier.hash(file, _ -> {}).digest().equals(digest);
    }
  }

  private Copied copy(Opener opener, ContentDigest digest, DiskFile to) throws IOException {
    try (DiskFile from = opener.open().orElse(null)) {
      if (from == null) {
        throw ConflictException.changedMeanwhile(tree.path());
      }
      Copied copied =
          to.cloneFrom(from) ? copier.hash(to, _ -> {}) : copier.copy(from, to, _ -> {});
      if (!copied.digest().equals(digest)) {
        throw ConflictException.changedMeanwhile(tree.path());
      }
      return copied;
    }
  }

  @Override
  public void close() {
    images.forEach(BeforeImages::close);
    elsewhere.close();
    tree.close();
    control.close();
  }
}
