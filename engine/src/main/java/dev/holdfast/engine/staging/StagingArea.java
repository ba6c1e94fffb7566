package dev.holdfast.engine.staging;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.TransactionFolder;
import dev.holdfast.engine.staging.Target.Staged;
import dev.holdfast.engine.tree.AttributeWriter;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a transaction's new entries are made: {@code new/SLOT} in its folder, with all metadata, so
 * that installing one is a rename. What belongs into a new directory is made inside it, so that a
 * whole new subtree is installed by one rename. Not safe for several threads.
 */
public final class StagingArea implements AutoCloseable {
  private static final int OPEN_HANDLES = 256;
  private static final int PRIVATE = 0600;
  private static final int PRIVATE_DIRECTORY = 0700;

  private final FolderSource source;
  private @Nullable TransactionFolder folder;
  private final Map<RelativePath, Directory> open =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<RelativePath, Directory> eldest) {
          if (size() <= OPEN_HANDLES) {
            return false;
          }
          eldest.getValue().close();
          return true;
        }
      };
  private @Nullable Directory discarded;
  private int nextSlot;
  private int nextDiscarded;

  /** Gives the transaction's folder, made when it is first needed. */
  @FunctionalInterface
  public interface FolderSource {
    /** Returns the folder; asked once. */
    TransactionFolder open() throws IOException;
  }

  /** Creates the staging area of a transaction at one root. */
  public StagingArea(FolderSource source) {
    this.source = source;
  }

  private TransactionFolder folder() throws DiskException {
    if (folder == null) {
      throw new IllegalStateException("the staging area was not opened");
    }
    return folder;
  }

  /** Fills an empty file. */
  @FunctionalInterface
  public interface Content {
    /** Writes the file's bytes and returns what was written. */
    Copied writeTo(DiskFile file) throws IOException;
  }

  /** Makes sure that the folder is there, and with it the transaction's record. */
  public void open() throws IOException {
    if (folder == null) {
      folder = source.open();
    }
  }

  /** Returns a slot that nothing has used. */
  int newSlot() {
    return nextSlot++;
  }

  private Place place(int slot, RelativePath within) throws DiskException {
    EntryName slotName = TransactionFolder.slotName(slot);
    return within.isEmpty()
        ? new Place(folder().fresh(), slotName)
        : new Place(directory(RelativePath.of(slotName).resolve(within.parent())), within.name());
  }

  private Directory directory(RelativePath path) throws DiskException {
    Directory known = open.get(path);
    if (known == null) {
      Directory parent = path.depth() > 1 ? open.get(path.parent()) : null;
      known = parent == null ? folder().fresh().directory(path) : parent.directory(path.name());
      open.put(path, known);
    }
    return known;
  }

  /**
   * Makes a regular file. Its size and digest are those of what {@code content} writes, its
   * metadata what {@code wanted} says afterwards.
   */
  Staged file(int slot, RelativePath within, Supplier<Facts> wanted, Content content)
      throws IOException {
    Place place = place(slot, within);
    try (DiskFile file = place.directory().create(place.name(), PRIVATE)) {
      Copied copied = content.writeTo(file);
      return complete(file, slot, within, wanted.get(), copied);
    } catch (IOException | RuntimeException e) {
      removeQuietly(place, e);
      throw e;
    }
  }

  /** Makes an empty file, for {@link #complete} or {@link #abandon}; the caller closes it. */
  DiskFile create(int slot, RelativePath within) throws DiskException {
    Place place = place(slot, within);
    return place.directory().create(place.name(), PRIVATE);
  }

  /** Gives a written file its metadata. */
  Staged complete(DiskFile file, int slot, RelativePath within, Facts wanted, Copied copied)
      throws DiskException {
    Facts facts = wanted.withContent(copied.size(), copied.digest()).withHardlink(null);
    return dressed(file, slot, within, facts);
  }

  /** Removes a file that could not be completed. */
  void abandon(int slot, RelativePath within, Exception cause) {
    try {
      removeQuietly(place(slot, within), cause);
    } catch (DiskException e) {
      cause.addSuppressed(e);
    }
  }

  /** A file that is being written and has no place yet. */
  public record Draft(int number, DiskFile file) {}

  /** Starts a file whose place is decided when it is complete. */
  public Draft startDraft() throws DiskException {
    int number = nextDiscarded++;
    return new Draft(number, discarded().create(TransactionFolder.slotName(number), PRIVATE));
  }

  /** Gives a complete draft its metadata and its place. */
  Staged finish(Draft draft, int slot, RelativePath within, Facts facts) throws DiskException {
    Staged staged = dressed(draft.file(), slot, within, facts);
    bringBack(draft.number(), staged);
    return staged;
  }

  /**
   * Makes anything but a regular file. A directory gets its metadata by {@link #dress} only when
   * its contents are complete: they would change its time, inherit from it, or be kept out.
   */
  Staged node(int slot, RelativePath within, Facts facts) throws DiskException {
    Place place = place(slot, within);
    Directory directory = place.directory();
    switch (facts.type()) {
      case DIRECTORY -> directory.makeDirectory(place.name(), PRIVATE_DIRECTORY);
      case SYMLINK -> directory.makeSymbolicLink(place.name(), linkTarget(facts).bytes());
      case FIFO, CHARACTER_DEVICE, BLOCK_DEVICE ->
          directory.makeNode(place.name(), facts.type(), PRIVATE, facts.deviceNumber());
      case FILE, SOCKET ->
          throw new IllegalArgumentException("cannot be staged so: " + facts.type());
    }
    try (Entry entry = directory.entry(place.name())) {
      return facts.type() == FileType.DIRECTORY
          ? new Staged(slot, within, facts, FileIdentity.of(entry.stat()))
          : dressed(entry, slot, within, facts);
    } catch (DiskException e) {
      removeQuietly(place, e);
      throw e;
    }
  }

  /** A file that could not be finished must not stay in the way of the next try. */
  private static void removeQuietly(Place place, Exception cause) {
    try {
      if (place.stat().map(stat -> stat.isDirectory()).orElse(false)) {
        place.directory().removeDirectory(place.name());
      } else if (place.stat().isPresent()) {
        place.directory().unlink(place.name());
      }
    } catch (DiskException e) {
      cause.addSuppressed(e);
    }
  }

  private static ByteString linkTarget(Facts facts) {
    ByteString link = facts.link();
    if (link == null) {
      throw new IllegalArgumentException("a symbolic link without a target");
    }
    return link;
  }

  private static Staged dressed(Attributed node, int slot, RelativePath within, Facts facts)
      throws DiskException {
    Stat made = AttributeWriter.dress(node, facts);
    return new Staged(slot, within, facts, FileIdentity.of(made));
  }

  /** Gives a staged file another name. */
  Staged link(Staged first, RelativePath firstPath, int slot, RelativePath within)
      throws DiskException {
    Place from = place(first.slot(), first.within());
    Place to = place(slot, within);
    from.directory().link(from.name(), to.directory(), to.name());
    return new Staged(slot, within, first.facts().withHardlink(firstPath), first.identity());
  }

  /**
   * Gives an entry that is complete already, metadata included, its staged name beside the one that
   * it has; not for directories.
   */
  Staged adopt(Place source, int slot, RelativePath within, Facts facts) throws DiskException {
    Place to = place(slot, within);
    source.directory().link(source.name(), to.directory(), to.name());
    FileIdentity identity = FileIdentity.of(to.stat().orElseThrow());
    return new Staged(slot, within, facts, identity);
  }

  /** Gives a live file another name, whose place is decided later; returns its number. */
  int draftLink(Place live) throws DiskException {
    int number = nextDiscarded++;
    live.directory().link(live.name(), discarded(), TransactionFolder.slotName(number));
    return number;
  }

  /** Gives a name made by {@link #draftLink} its place; the inode's metadata stay as they are. */
  Staged finishLink(int number, int slot, RelativePath within, Facts facts) throws DiskException {
    Stat stat = discarded().stat(TransactionFolder.slotName(number)).orElseThrow();
    Staged staged = new Staged(slot, within, facts, FileIdentity.of(stat));
    bringBack(number, staged);
    return staged;
  }

  /** Sets the metadata of a staged entry. */
  Staged dress(Staged staged, Facts facts) throws DiskException {
    Place place = place(staged.slot(), staged.within());
    try (Entry entry = place.directory().entry(place.name())) {
      AttributeWriter.dress(entry, facts);
    }
    return new Staged(staged.slot(), staged.within(), facts, staged.identity());
  }

  /** Returns the place of a staged entry; the handle is the area's. */
  public Place place(Staged staged) throws DiskException {
    return place(staged.slot(), staged.within());
  }

  /** Puts a staged entry aside; returns the number to get it back by. */
  int setAside(Staged staged) throws DiskException {
    Place place = place(staged);
    forget(staged);
    int number = nextDiscarded++;
    place.directory().rename(place.name(), discarded(), TransactionFolder.slotName(number));
    return number;
  }

  /** Puts a staged entry back where it was. */
  void bringBack(int number, Staged staged) throws DiskException {
    Place place = place(staged);
    discarded().rename(TransactionFolder.slotName(number), place.directory(), place.name());
  }

  private Directory discarded() throws DiskException {
    if (discarded == null) {
      discarded = folder().undone();
    }
    return discarded;
  }

  private void forget(Staged staged) {
    RelativePath path =
        RelativePath.of(TransactionFolder.slotName(staged.slot())).resolve(staged.within());
    open.entrySet()
        .removeIf(entry -> {
          boolean gone = path.contains(entry.getKey());
          if (gone) {
            entry.getValue().close();
          }
          return gone;
        });
  }

  /** Removes what was put aside, for good. */
  public void clear() throws DiskException {
    if (discarded != null) {
      discarded.close();
      discarded = null;
      folder().removeUndone();
    }
  }

  @Override
  public void close() {
    open.values().forEach(Directory::close);
    open.clear();
    if (discarded != null) {
      discarded.close();
    }
  }
}
