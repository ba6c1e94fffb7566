package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.PlannedRoot;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Past transactions' changes as unified diffs. For many of them: what is held at a root is read
 * once. The record is as it was when this was opened. Not safe for several threads.
 */
public final class Patches implements AutoCloseable {
  private final Engine engine;
  private final JournalView view;
  private final Map<AbsolutePath, Optional<RecordedContents>> contents = new HashMap<>();

  Patches(Engine engine) throws IOException {
    this.engine = engine;
    this.view = engine.journal().read();
  }

  /**
   * Returns a transaction's changes with git's headers; a line says why where bytes are gone, too
   * many or no text.
   */
  public List<String> of(long sequence) throws IOException {
    return new TransactionPatch(view, this, sequence).lines();
  }

  /** Returns what is still there at a root, if its control directory is; it stays open. */
  Optional<RecordedContents> contents(PlannedRoot root) throws IOException {
    Optional<RecordedContents> known = contents.get(root.path());
    if (known == null) {
      known = open(root);
      contents.put(root.path(), known);
    }
    return known;
  }

  private Optional<RecordedContents> open(PlannedRoot root) throws IOException {
    AbsolutePath place = engine.registry().control(root.path()).orElse(root.control());
    ControlDirectory control =
        ControlDirectory.open(engine.environment().disk(), place).orElse(null);
    if (control == null) {
      return Optional.empty();
    }
    try {
      LiveTree tree = LiveTree.open(engine.environment().disk(), root.path());
      return Optional.of(new RecordedContents(view, control, tree));
    } catch (DiskException e) {
      control.close();
      throw e;
    }
  }

  @Override
  public void close() {
    contents.values().forEach(each -> each.ifPresent(RecordedContents::close));
    view.close();
  }
}
