package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.PatchText.Side;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.LiveTree;
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
  private final Engine engine;
  private final long sequence;
  private final Map<Integer, BeforeImages> images = new HashMap<>();
  private final Map<Integer, RecordedContents> contents = new HashMap<>();
  private boolean pruned;

  TransactionPatch(Engine engine, long sequence) {
    this.engine = engine;
    this.sequence = sequence;
  }

  List<String> lines() throws IOException {
    try (JournalView view = engine.journal().read()) {
      TransactionRecord record =
          view.find(sequence)
              .orElseThrow(() -> new RefusedException("there is no transaction " + sequence));
      Plan plan = view.plan(sequence).orElse(null);
      if (plan == null) {
        return List.of();
      }
      pruned = record.pruned();
      for (FileOperation operation : plan.operations()) {
        open(view, plan, operation.root());
      }
      return PatchText.of(
          plan.operations(), plan.roots().stream().map(PlannedRoot::path).toList(), this);
    } finally {
      images.values().forEach(BeforeImages::close);
      contents.values().forEach(RecordedContents::close);
    }
  }

  /** A root that is gone has no bytes to show, but its changes are on record all the same. */
  private void open(JournalView view, Plan plan, int root) throws IOException {
    if (contents.containsKey(root)) {
      return;
    }
    AbsolutePath path = plan.roots().get(root).path();
    AbsolutePath place = engine.registry().control(path).orElse(plan.roots().get(root).control());
    ControlDirectory control =
        ControlDirectory.open(engine.environment().disk(), place).orElse(null);
    if (control == null) {
      return;
    }
    LiveTree tree;
    try {
      tree = LiveTree.open(engine.environment().disk(), path);
    } catch (DiskException e) {
      control.close();
      throw e;
    }
    contents.put(root, new RecordedContents(view, control, tree, sequence));
    images.put(root, new BeforeImages(control, plan));
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
        .find(operation.path(), facts.size(), digest)
        .map(PatchText::of)
        .orElse(PatchText.not("what it left has changed since, and is kept nowhere"));
  }
}
