package dev.holdfast.testing;

import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * All inodes of one file system at one moment: as its cache has them, or as its device would have
 * them. Immutable; a change shares all that it does not touch.
 */
final class Image {
  static final long ROOT = 1;

  private final PersistentMap<Long, Inode> inodes;
  private final PersistentMap<Long, Boolean> orphans;
  private final long allocated;

  private Image(
      PersistentMap<Long, Inode> inodes, PersistentMap<Long, Boolean> orphans, long allocated) {
    this.inodes = inodes;
    this.orphans = orphans;
    this.allocated = allocated;
  }

  /** Returns a file system that holds an empty root directory, with inode number 2. */
  static Image formatted(Instant now) {
    Inode.Identity identity =
        new Inode.Identity(ROOT, 2, FileType.DIRECTORY, 0, Bytes.NONE, now, List.of());
    Inode root = Inode.unnamed(identity, 0755, 0, 0).withLinks(1, ROOT);
    return new Image(PersistentMap.empty(), PersistentMap.empty(), 0).with(root);
  }

  @Nullable Inode find(long id) {
    return inodes.get(id);
  }

  /** Returns an inode that is known to be there. */
  Inode get(long id) {
    Inode inode = inodes.get(id);
    if (inode == null) {
      throw new IllegalStateException("no inode " + id);
    }
    return inode;
  }

  /** Returns the id that {@code name} leads to, or 0. */
  long lookUp(long directory, EntryName name) {
    Inode inode = inodes.get(directory);
    Long id = inode == null ? null : inode.entries().get(name);
    return id == null ? 0 : id;
  }

  int size() {
    return inodes.size();
  }

  /** Returns the bytes that all contents take. */
  long allocated() {
    return allocated;
  }

  /** Returns whether an entry names the inode. */
  boolean isNamed(long id) {
    Inode inode = inodes.get(id);
    return inode != null && inode.links() > 0;
  }

  Image with(Inode inode) {
    Inode old = inodes.get(inode.id());
    long change = inode.content().allocated() - (old == null ? 0 : old.content().allocated());
    boolean orphan = inode.links() == 0;
    boolean wasOrphan = old != null && old.links() == 0;
    return new Image(
        inodes.with(inode.id(), inode),
        orphan == wasOrphan
            ? orphans
            : orphan ? orphans.with(inode.id(), true) : orphans.without(inode.id()),
        allocated + change);
  }

  private Image without(Inode inode) {
    return new Image(
        inodes.without(inode.id()),
        orphans.without(inode.id()),
        allocated - inode.content().allocated());
  }

  /** Returns whether the directory can be reached from the root. */
  boolean isAttached(long directory) {
    return isWithin(directory, ROOT);
  }

  /** Returns whether {@code directory} is {@code ancestor} or lies below it. */
  boolean isWithin(long directory, long ancestor) {
    long at = directory;
    while (at != ancestor) {
      Inode inode = inodes.get(at);
      if (inode == null || inode.links() == 0 || at == ROOT) {
        return false;
      }
      at = inode.parent();
    }
    return inodes.containsKey(ancestor);
  }

  boolean hasOrphans() {
    return !orphans.isEmpty();
  }

  /**
   * Returns this image without the inodes that nothing names, and without what only they name.
   *
   * @param kept orphans that stay, because a descriptor is open
   * @param gone told of each inode that went
   */
  Image withoutOrphans(LongPredicate kept, Consumer<Inode> gone) {
    Image image = this;
    long after = 0;
    for (Map.@Nullable Entry<Long, Boolean> orphan = image.orphans.ceiling(after);
        orphan != null;
        orphan = image.orphans.ceiling(after)) {
      if (kept.test(orphan.getKey())) {
        after = orphan.getKey() + 1;
        continue;
      }
      Inode inode = image.get(orphan.getKey());
      image = image.without(inode).released(inode);
      gone.accept(inode);
      after = inode.entries().isEmpty() ? after : 0;
    }
    return image;
  }

  /** Takes away the links that the entries of a removed directory were. */
  private Image released(Inode directory) {
    Image[] image = {this};
    directory
        .entries()
        .forEach((_, id) -> {
          Inode child = image[0].get(id);
          image[0] = image[0].with(child.withLinks(child.links() - 1, child.parent()));
        });
    return image[0];
  }

  void forEach(Consumer<Inode> action) {
    inodes.forEach((_, inode) -> action.accept(inode));
  }
}
