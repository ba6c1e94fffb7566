package dev.holdfast.engine.commit;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.control.TransactionFolder.Token;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Barriers over the file systems of several roots: one for each file system. */
public final class Barriers {
  /** How they are made, as the record names it. */
  static final String METHOD = "syncfs";

  private Barriers() {}

  /**
   * Returns a name for the file system that a directory is on, good for this boot. The file
   * system's own identity is not enough: a copy of its device has the same.
   */
  public static String fileSystemOf(Directory directory) throws DiskException {
    return directory.fileSystem().id() + ":" + Long.toHexString(directory.stat().device());
  }

  /** Waits until everything written to the roots' file systems is on stable storage. */
  static void sync(Collection<RootSession> roots) throws DiskException {
    Set<String> done = new HashSet<>();
    for (RootSession root : roots) {
      if (done.add(fileSystemOf(root.control().directory()))) {
        root.sync().sync();
      }
    }
  }

  /**
   * Does the same after live trees were changed. If it fails, what can be read may not be on the
   * disk, and another try would prove nothing: the folders get the token {@code unsure}, so that
   * nobody believes this boot any more (hole 11).
   */
  static void syncChanges(Collection<RootSession> roots, Environment environment)
      throws DiskException {
    try {
      sync(roots);
    } catch (DiskException e) {
      byte[] boot = environment.disk().host().bootId().getBytes(StandardCharsets.US_ASCII);
      for (RootSession root : roots) {
        try {
          if (root.folder() != null) {
            root.folder().put(Token.UNSURE, boot);
          }
        } catch (DiskException suppressed) {
          e.addSuppressed(suppressed);
        }
      }
      throw e;
    }
  }
}
