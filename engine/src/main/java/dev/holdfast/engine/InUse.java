package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.tree.LiveTree;
import java.io.IOException;
import java.util.List;

/** What belongs to a running program goes with its parent only if nobody runs there. */
final class InUse {
  private static final EntryName LOCK = EntryName.of("lock");

  private InUse() {}

  /**
   * Makes sure that an {@linkplain dev.holdfast.engine.source.Untouchable untouchable} entry may go
   * with its parent.
   *
   * @throws ConflictException if a program runs there, or it is a control directory
   */
  static void requireUnused(LiveTree tree, RelativePath path, Stat stat) throws IOException {
    AbsolutePath place = tree.path().resolve(path);
    if (path.names().contains(ControlDirectory.NAME)) {
      throw new ConflictException(
          place + " is the control directory of another root; `holdfast root forget` it first",
          List.of(place.toString()));
    }
    if (!stat.isDirectory()) {
      return;
    }
    Directory directory = tree.directory(path);
    if (directory.stat(LOCK).isPresent() && directory.isLocked(LOCK)) {
      throw new ConflictException(
          place + "/lock is held: a supervisor runs there; nothing was changed",
          List.of(place.toString()));
    }
  }
}
