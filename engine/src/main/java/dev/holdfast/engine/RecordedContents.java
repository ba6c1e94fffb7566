package dev.holdfast.engine;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the bytes that transactions left at the paths of one root: in the live tree, or in what
 * later transactions took out of it. Nothing is believed but a digest. What is held is read once,
 * however many transactions are asked about.
 */
final class RecordedContents implements AutoCloseable {
  private final JournalView view;
  private final ControlDirectory control;
  private final LiveTree tree;
  private final Map<RelativePath, List<Later>> later = new HashMap<>();
  private boolean lookedLater;

  /** What a transaction took from a path. */
  private record Later(Plan plan, FileOperation operation) {}

  /** Creates a search, which takes the handles over but for the view. */
  RecordedContents(JournalView view, ControlDirectory control, LiveTree tree) {
    this.view = view;
    this.control = control;
    this.tree = tree;
  }

  /** Returns a transaction's before-images at this root; the caller closes them before this. */
  BeforeImages images(Plan plan) throws DiskException {
    return new BeforeImages(control, plan);
  }

  /**
   * Returns the bytes with this digest that transaction {@code sequence} left at {@code path}, if
   * they are still anywhere.
   */
  Optional<byte[]> find(long sequence, RelativePath path, long size, ContentDigest digest)
      throws IOException {
    Optional<Stat> live = tree.stat(path);
    if (live.isPresent() && live.get().isFile() && live.get().size() == size) {
      Place place = tree.place(path);
      try (DiskFile file = place.directory().openToRead(place.name())) {
        Optional<byte[]> bytes = bytes(file, digest);
        if (bytes.isPresent()) {
          return bytes;
        }
      }
    }
    lookLater();
    for (Later each : later.getOrDefault(path, List.of())) {
      if (each.plan().sequence() > sequence) {
        Optional<byte[]> bytes = taken(each, size, digest);
        if (bytes.isPresent()) {
          return bytes;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<byte[]> taken(Later each, long size, ContentDigest digest) throws IOException {
    try (BeforeImages images = new BeforeImages(control, each.plan())) {
      Optional<Stat> stat = images.stat(each.operation());
      if (stat.isEmpty() || !stat.get().isFile() || stat.get().size() != size) {
        return Optional.empty();
      }
      try (DiskFile file = images.open(each.operation())) {
        return bytes(file, digest);
      }
    }
  }

  /** Reads a file, if it has this digest. */
  private static Optional<byte[]> bytes(DiskFile file, ContentDigest digest) throws IOException {
    byte[] bytes = read(file);
    return ContentDigest.of(ContentCopier.sha256().digest(bytes)).equals(digest)
        ? Optional.of(bytes)
        : Optional.empty();
  }

  /** Reads a small file. */
  static byte[] read(DiskFile file) throws DiskException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
    for (int n = 1; n > 0 && buffer.hasRemaining(); ) {
      n = file.read(buffer.position(), buffer);
    }
    byte[] bytes = new byte[buffer.flip().remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** Only transactions that still hold before-images can help, so only these are looked at. */
  private void lookLater() throws IOException {
    if (lookedLater) {
      return;
    }
    lookedLater = true;
    List<TransactionId> ids = new ArrayList<>(control.retired());
    ids.addAll(control.folders());
    for (TransactionId id : ids) {
      TransactionRecord record = view.find(id).orElse(null);
      Plan plan = record == null ? null : view.plan(record.sequence()).orElse(null);
      if (plan == null) {
        continue;
      }
      for (FileOperation operation : plan.operations()) {
        if (BeforeImages.needsImage(operation)
            && plan.roots().get(operation.root()).path().equals(tree.path())) {
          later
              .computeIfAbsent(operation.path(), _ -> new ArrayList<>())
              .add(new Later(plan, operation));
        }
      }
    }
    // What the next one took is most likely what the one before it left.
    later
        .values()
        .forEach(all -> all.sort(Comparator.comparingLong(each -> each.plan().sequence())));
  }

  @Override
  public void close() {
    tree.close();
    control.close();
  }
}
