package dev.holdfast.testing;

import dev.holdfast.disk.EntryName;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A change of directory entries that happens as a whole: a creation, a link, a removal, a rename or
 * an exchange.
 *
 * <p>It says what each entry held before, so it applies only where that is still so: what depends
 * on a lost change of the same entry is lost with it, and what touches other entries is not.
 *
 * @param slots the entries that change
 * @param goneBefore former holders of the number of an inode that gets a name: none of them may
 *     have one any more
 */
record EntryChange(List<Slot> slots, List<Long> goneBefore, Instant time) implements Change {

  /** One entry that changes; the ids are 0 for none. */
  record Slot(long directory, EntryName name, long before, long after) {}

  /** Returns a change by which no inode gets one more name than it had. */
  static EntryChange of(Instant time, Slot... slots) {
    return new EntryChange(List.of(slots), List.of(), time);
  }

  /** Returns the change that gives {@code inode} a name, perhaps its first. */
  static EntryChange naming(Inode inode, Instant time, Slot slot) {
    return new EntryChange(List.of(slot), inode.identity().formerHolders(), time);
  }

  @Override
  public boolean isMetadata() {
    return true;
  }

  @Override
  public boolean appliesTo(Image image) {
    for (Slot slot : slots) {
      if (!image.isAttached(slot.directory)
          || image.lookUp(slot.directory, slot.name) != slot.before
          || (slot.after != 0 && image.find(slot.after) == null)
          || makesLoop(image, slot)
          || removesFullDirectory(image, slot)) {
        return false;
      }
    }
    for (long id : goneBefore) {
      if (image.isNamed(id)) {
        return false;
      }
    }
    return true;
  }

  private static boolean makesLoop(Image image, Slot slot) {
    return slot.after != 0
        && image.get(slot.after).isDirectory()
        && image.isWithin(slot.directory, slot.after);
  }

  private boolean removesFullDirectory(Image image, Slot slot) {
    if (slot.before == 0 || !image.get(slot.before).isDirectory() || adds(slot.before)) {
      return false;
    }
    return !image.get(slot.before).entries().isEmpty();
  }

  /** Returns whether an entry names the inode because of this change. */
  boolean adds(long id) {
    for (Slot slot : slots) {
      if (slot.after == id) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether an entry stops naming the inode because of this change. */
  boolean removes(long id) {
    for (Slot slot : slots) {
      if (slot.before == id) {
        return true;
      }
    }
    return false;
  }

  boolean touchesDirectory(long directory) {
    for (Slot slot : slots) {
      if (slot.directory == directory) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Image applyTo(Image image) {
    Image changed = image;
    for (Slot slot : slots) {
      if (slot.before != 0) {
        changed = removed(changed, slot);
      }
    }
    for (Slot slot : slots) {
      if (slot.after != 0) {
        changed = added(changed, slot);
      }
      changed = changed.with(changed.get(slot.directory).touched(time));
    }
    return changed;
  }

  private Image removed(Image image, Slot slot) {
    Inode child = image.get(slot.before);
    Inode directory = image.get(slot.directory);
    int fewer = child.isDirectory() ? 1 : 0;
    return image
        .with(child.withLinks(child.links() - 1, child.parent()).changedAt(time))
        .with(
            directory.withEntries(
                directory.entries().without(slot.name), directory.subdirectories() - fewer));
  }

  private Image added(Image image, Slot slot) {
    Inode child = image.get(slot.after);
    Inode directory = image.get(slot.directory);
    int more = child.isDirectory() ? 1 : 0;
    long parent = child.isDirectory() ? slot.directory : 0;
    return image
        .with(child.withLinks(child.links() + 1, parent).changedAt(time))
        .with(
            directory.withEntries(
                directory.entries().with(slot.name, slot.after),
                directory.subdirectories() + more));
  }

  /**
   * {@inheritDoc}
   *
   * <p>The directories, and every inode that changes its place: while a directory's own entry is
   * pending, so is what happens inside it; and while that is pending, so is its removal.
   */
  @Override
  public void addKeysTo(Set<Long> keys) {
    for (Slot slot : slots) {
      keys.add(slot.directory);
      keys.add(-slot.before);
      keys.add(-slot.after);
    }
  }

  @Override
  public boolean touchesAny(Set<Long> keys) {
    for (Slot slot : slots) {
      if (keys.contains(slot.directory)
          || keys.contains(-slot.directory)
          || (slot.before != 0 && keys.contains(-slot.before))
          || (slot.before != 0 && keys.contains(slot.before) && !adds(slot.before))
          || (slot.after != 0 && keys.contains(-slot.after))) {
        return true;
      }
    }
    for (long gone : goneBefore) {
      if (keys.contains(-gone)) {
        return true;
      }
    }
    return false;
  }
}
