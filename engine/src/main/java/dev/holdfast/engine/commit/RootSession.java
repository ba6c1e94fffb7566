package dev.holdfast.engine.commit;

import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.tree.LiveTree;
import org.jspecify.annotations.Nullable;

/**
 * One root of a transaction, open: its tree, its control directory, the transaction's folder there,
 * and the barrier of its file system.
 *
 * @param tree the live tree
 * @param control the control directory
 * @param folder the transaction's folder; null only where recovery finds none
 * @param sync the barrier, opened before the first staged byte (I2)
 */
public record RootSession(
    LiveTree tree,
    ControlDirectory control,
    @Nullable TransactionFolder folder,
    FileSystemSync sync)
    implements AutoCloseable {

  /** Returns the folder, which must be there. */
  public TransactionFolder requireFolder() {
    if (folder == null) {
      throw new IllegalStateException("no transaction folder in " + control.path());
    }
    return folder;
  }

  @Override
  public void close() {
    sync.close();
    if (folder != null) {
      folder.close();
    }
    control.close();
    tree.close();
  }
}
