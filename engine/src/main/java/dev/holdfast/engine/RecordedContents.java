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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the bytes that a transaction left at a path of one root: in the live tree, or in what later
 * transactions took out of it. Nothing is believed but a digest.
 */
final class RecordedContents implements AutoCloseable {
  private final JournalView view;
  private final ControlDirectory control;
  private final LiveTree tree;
  private final long sequence;
  private final Map<RelativePath, List<Later>> later = new HashMap<>();
  private final List<BeforeImages> opened = new ArrayList<>();
  private boolean lookedLater;

  /** What a later transaction took from a path. */
  private record Later(BeforeImages images, FileOperation operation) {}

  /** Creates a search for what transaction {@code sequence} left, which takes the handles over. */
  RecordedContents(JournalView view, ControlDirectory control, LiveTree tree, long sequence) {
    this.view = view;
    this.control = control;
    this.tree = tree;
    this.sequence = sequence;
  }

  /** Returns the bytes with this digest that were at {@code path}, if they are still anywhere. */
  Optional<byte[]> find(RelativePath path, long size, ContentDigest digest) throws IOException {
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
      Optional<Stat> stat = each.images().stat(each.operation());
      if (stat.isPresent() && stat.get().isFile() && stat.get().size() == size) {
        try (DiskFile file = each.images().open(each.operation())) {
          Optional<byte[]> bytes = bytes(file, digest);
          if (bytes.isPresent()) {
            return bytes;
          }
        }
      }
    }
    return Optional.empty();
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
      Plan plan =
          record == null || record.sequence() <= sequence
              ? null
              : view.plan(record.sequence()).orElse(null);
      if (plan == null) {
        continue;
      }
      BeforeImages images = new BeforeImages(control, plan);
      opened.add(images);
      for (FileOperation operation : plan.operations()) {
        if (BeforeImages.needsImage(operation)
            && plan.roots().get(operation.root()).path().equals(tree.path())) {
          later
              .computeIfAbsent(operation.path(), _ -> new ArrayList<>())
              .add(new Later(images, operation));
        }
      }
    }
  }

  @Override
  public void close() {
    opened.forEach(BeforeImages::close);
    tree.close();
    control.close();
  }
}
