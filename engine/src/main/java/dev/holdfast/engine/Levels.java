package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.commit.CommitProtocol.Standing;
import dev.holdfast.engine.commit.RootSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is recorded of the roots of a transaction: their level, and whether recovery needs them.
 * Looked up once for each root, because a process lives shortly and mounts change rarely. Safe for
 * several threads.
 */
final class Levels {
  private final Disk disk;
  private final Map<AbsolutePath, MountLevel> levels = new ConcurrentHashMap<>();
  private final Map<AbsolutePath, Optional<String>> selfHosting = new ConcurrentHashMap<>();

  Levels(Disk disk) {
    this.disk = disk;
  }

  /** Returns the lowest level of these roots, and what else should be on record of them. */
  Standing of(List<RootSession> roots) throws DiskException {
    String lowest = "L2";
    boolean covered = true;
    List<String> remarks = new ArrayList<>();
    for (RootSession root : roots) {
      AbsolutePath path = root.tree().path();
      MountLevel level = levels.get(path);
      if (level == null) {
        level = MountLevel.of(disk, root.control().directory());
        levels.put(path, level);
      }
      if (level.level().compareTo(lowest) < 0) {
        lowest = level.level();
      }
      covered &= level.coveredByBarrier();
      selfHosting
          .computeIfAbsent(path, each -> SelfHosting.of(disk, each))
          .ifPresent(text -> remarks.add(path + " is " + text));
    }
    return new Standing(lowest, remarks, covered);
  }
}
