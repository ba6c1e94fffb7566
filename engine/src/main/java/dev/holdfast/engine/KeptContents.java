package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.DriftScan.Found;
import dev.holdfast.engine.control.ControlDirectory;
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
 * Bytes that are still somewhere at one root, by their digest: in before-images, and in live files
 * that are as they were committed. Nothing is believed but a digest of what was read.
 */
final class KeptContents implements AutoCloseable {
  private final ControlDirectory control;
  private final LiveTree tree;
  private final ContentCopier copier = new ContentCopier();
  private final Map<ContentDigest, List<Opener>> byDigest = new HashMap<>();
  private final Map<Long, List<Opener>> bySize = new HashMap<>();
  private final List<BeforeImages> images = new ArrayList<>();

  /** Opens a file that may hold the bytes. */
  private interface Opener {
    Optional<DiskFile> open() throws IOException;
  }

  /** A file that holds them. */
  interface Source {
    /** Copies them, sharing blocks where that can be. */
    Copied copyTo(DiskFile file) throws IOException;
  }

  KeptContents(Engine engine, AbsolutePath root, JournalView view) throws IOException {
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
    BeforeImages held = new BeforeImages(control, plan);
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

  /** Finds bytes. */
  Optional<Source> find(ContentDigest digest, long size) throws IOException {
    List<Opener> candidates = new ArrayList<>(byDigest.getOrDefault(digest, List.of()));
    candidates.addAll(bySize.getOrDefault(size, List.of()));
    for (Opener candidate : candidates) {
      try (DiskFile file = candidate.open().orElse(null)) {
        if (file != null
            && file.size() == size
            && copier.hash(file, _ -> {}).digest().equals(digest)) {
          return Optional.of(to -> copy(candidate, to));
        }
      }
    }
    return Optional.empty();
  }

  private Copied copy(Opener opener, DiskFile to) throws IOException {
    try (DiskFile from = opener.open().orElseThrow()) {
      return to.cloneFrom(from) ? copier.hash(to, _ -> {}) : copier.copy(from, to, _ -> {});
    }
  }

  @Override
  public void close() {
    images.forEach(BeforeImages::close);
    tree.close();
    control.close();
  }
}
