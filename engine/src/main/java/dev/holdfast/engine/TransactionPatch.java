package dev.holdfast.engine;

import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.PatchText.Side;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A past transaction as a unified diff with git's headers, from the before-images and from what is
 * still there of the contents that it left.
 */
final class TransactionPatch implements PatchText.Contents {
  private final JournalView view;
  private final Patches patches;
  private final long sequence;
  private final Map<Integer, BeforeImages> images = new HashMap<>();
  private final Map<Integer, RecordedContents> contents = new HashMap<>();
  private boolean pruned;

  TransactionPatch(JournalView view, Patches patches, long sequence) {
    this.view = view;
    this.patches = patches;
    this.sequence = sequence;
  }

  List<String> lines() throws IOException {
    try {
      TransactionRecord record =
          view.find(sequence)
              .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
      Plan plan = view.plan(sequence).orElse(null);
      if (plan == null) {
        return List.of();
      }
      pruned = record.pruned();
      for (FileOperation operation : plan.operations()) {
        open(plan, operation.root());
      }
      return PatchText.of(
          plan.operations(), plan.roots().stream().map(PlannedRoot::path).toList(), this);
    } finally {
      images.values().forEach(BeforeImages::close);
    }
  }

  /** A root that is gone has no bytes to show, but its changes are on record all the same. */
  private void open(Plan plan, int root) throws IOException {
    RecordedContents found =
        contents.containsKey(root) ? null : patches.contents(plan.roots().get(root)).orElse(null);
    if (found != null) {
      contents.put(root, found);
      images.put(root, found.images(plan));
    }
  }

  // ---- contents --------------------------------------------------------------------------------

  @Override
  public Side before(FileOperation operation, Facts facts) throws IOException {
    BeforeImages held = images.get(operation.root());
    if (held == null) {
      return PatchText.not("the root is not there");
    }
    Optional<Stat> stat = held.stat(operation);
    if (stat.isEmpty()) {
      return PatchText.not(pruned ? "its before-image was freed" : "its before-image is gone");
    }
    String problem = held.problem(operation);
    if (problem != null) {
      return PatchText.not(problem);
    }
    try (DiskFile image = held.open(operation)) {
      byte[] bytes = RecordedContents.read(image);
      ContentDigest digest = facts.digest();
      return digest == null || ContentDigest.of(ContentCopier.sha256().digest(bytes)).equals(digest)
          ? PatchText.of(bytes)
          : PatchText.not("its before-image was written to afterwards");
    }
  }

  @Override
  public Side after(FileOperation operation, Facts facts) throws IOException {
    RecordedContents search = contents.get(operation.root());
    ContentDigest digest = facts.digest();
    if (search == null || digest == null) {
      return PatchText.not("what it left is not known");
    }
    return search
        .find(sequence, operation.path(), facts.size(), digest)
        .map(PatchText::of)
        .orElse(PatchText.not("what it left has changed since, and is kept nowhere"));
  }
}
