package dev.holdfast.engine.wrap;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.engine.tree.LiveTree;
import dev.holdfast.journal.Facts;
import java.nio.ByteBuffer;

/**
 * The layers of a transaction at one root: {@code next} while a command runs, then {@code 1},
 * {@code 2}, … Each holds overlayfs' {@code upper} and {@code work}. Not safe for several threads.
 */
public final class Layers implements AutoCloseable {
  private static final EntryName NEXT = EntryName.of("next");
  private static final EntryName UPPER = EntryName.of("upper");
  private static final EntryName WORK = EntryName.of("work");
  private static final EntryName LOWER = EntryName.of("lower");
  private static final EntryName SEALED = EntryName.of("sealed");
  private static final EntryName SEALED_NEXT = EntryName.of("sealed.next");
  private static final int PRIVATE = 0700;
  private static final int PRIVATE_FILE = 0600;

  private final Directory layers;

  private Layers(Directory layers) {
    this.layers = layers;
  }

  /** Opens those of a transaction's folder. */
  public static Layers of(TransactionFolder folder) throws DiskException {
    return new Layers(folder.layers());
  }

  private static EntryName name(int number) {
    return EntryName.of(Integer.toString(number));
  }

  /**
   * Makes an empty layer for the next command, in place of one that was cut off.
   *
   * @param sealed how many layers there are
   * @param hidesControl whether the root's own control directory is in the root
   * @param privileged whether this is root
   */
  public void prepare(LiveTree tree, int sealed, boolean hidesControl, boolean privileged)
      throws DiskException, RefusedException {
    drop();
    layers.makeDirectory(NEXT, PRIVATE);
    try (Directory next = layers.directory(NEXT)) {
      for (EntryName each : new EntryName[] {UPPER, WORK, LOWER}) {
        next.makeDirectory(each, PRIVATE);
      }
      try (Directory upper = next.directory(UPPER)) {
        if (hidesControl) {
          // A whiteout: what cannot be seen cannot be deleted with everything else.
          upper.makeNode(ControlDirectory.NAME, FileType.CHARACTER_DEVICE, 0, 0);
        }
        AttributeWriter.dress(
            upper, rootFacts(tree, sealed, OverlayAttributes.Prefix.of(privileged)));
      }
    }
  }

  private Facts rootFacts(LiveTree tree, int sealed, OverlayAttributes.Prefix prefix)
      throws DiskException, RefusedException {
    if (sealed == 0) {
      Facts live = FactsReader.read(tree.directory(RelativePath.EMPTY));
      if (OverlayAttributes.isAny(live.extendedAttributes(), prefix)) {
        throw new RefusedException(
            tree.path() + " is itself a layer of an overlay; nothing was changed");
      }
      return live;
    }
    try (Directory upper = layers.directory(upper(sealed))) {
      Facts facts = FactsReader.read(upper);
      return facts.withExtendedAttributes(
          OverlayAttributes.of(upper, prefix, tree.path() + "").other());
    }
  }

  private static RelativePath upper(int number) {
    return RelativePath.of(name(number)).resolve(UPPER);
  }

  /** Returns the layer of a command that has ended. */
  public Layer next() throws DiskException {
    return open(NEXT);
  }

  /** Returns a sealed layer. */
  public Layer layer(int number) throws DiskException {
    return open(name(number));
  }

  private Layer open(EntryName name) throws DiskException {
    Directory folder = layers.directory(name);
    Directory upper = null;
    try {
      upper = folder.directory(UPPER);
      return new Layer(
          upper, folder.stat(WORK).isPresent() ? folder.directory(WORK) : null, folder);
    } catch (DiskException e) {
      if (upper != null) {
        upper.close();
      }
      folder.close();
      throw e;
    }
  }

  /** Gives the layer of a command its number. Durable only after a barrier. */
  public void number(int number) throws DiskException {
    TransactionFolder.remove(layers, name(number)); // cut off between two roots
    layers.rename(NEXT, layers, name(number));
  }

  /** Returns how many layers count; to be asked at the transaction's first root. */
  public int sealed() throws DiskException {
    if (layers.stat(SEALED).isEmpty()) {
      return 0;
    }
    try (DiskFile file = layers.openToRead(SEALED)) {
      ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
      file.read(0, number);
      return number.getInt(0);
    }
  }

  /** Says that so many layers count, durable on return; they are, already. */
  public void seal(int number) throws DiskException {
    TransactionFolder.remove(layers, SEALED_NEXT);
    try (DiskFile file = layers.create(SEALED_NEXT, PRIVATE_FILE)) {
      file.write(0, ByteBuffer.allocate(Integer.BYTES).putInt(0, number));
      file.sync();
    }
    layers.renameOver(SEALED_NEXT, layers, SEALED);
    layers.sync();
  }

  /** Drops every layer that does not count: its command was cut off. */
  public void dropAfter(int number) throws DiskException {
    drop();
    TransactionFolder.remove(layers, name(number + 1));
  }

  /** Drops what a command left that was cut off or failed. */
  public void drop() throws DiskException {
    TransactionFolder.remove(layers, NEXT);
  }

  @Override
  public void close() {
    layers.close();
  }
}
