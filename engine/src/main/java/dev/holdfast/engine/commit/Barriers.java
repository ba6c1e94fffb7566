package dev.holdfast.engine.commit;

import dev.holdfast.disk.DiskException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Barriers over the file systems of several roots: one for each file system. */
final class Barriers {
  private Barriers() {}

  /** Waits until everything written to the roots' file systems is on stable storage. */
  static void sync(Collection<RootSession> roots) throws DiskException {
    Set<String> done = new HashSet<>();
    for (RootSession root : roots) {
      if (done.add(root.control().directory().fileSystem().id())) {
        root.sync().sync();
      }
    }
  }
}
