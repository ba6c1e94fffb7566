package dev.holdfast.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;

/**
 * Gives out inode numbers as ext4 does: the lowest free one, at once after a deletion. Immutable.
 *
 * @param nextId the next id, which is never used again
 * @param nextNumber the lowest number that nobody ever had
 * @param free the numbers that can be had again
 * @param former the ids of those who had a number before
 */
record InodeNumbers(
    long nextId,
    long nextNumber,
    PersistentMap<Long, Boolean> free,
    PersistentMap<Long, List<Long>> former) {
  private static final int FIRST_NUMBER = 12;

  /** The numbers of a new file system, whose root directory has number 2. */
  static final InodeNumbers FORMATTED =
      new InodeNumbers(Image.ROOT + 1, FIRST_NUMBER, PersistentMap.empty(), PersistentMap.empty());

  /** Returns the number that the next inode gets. */
  long number() {
    Map.Entry<Long, Boolean> first = free.first();
    return first == null ? nextNumber : first.getKey();
  }

  /** Returns the ids of those who had the next number before, as far as they matter. */
  List<Long> formerHolders() {
    List<Long> holders = former.get(number());
    return holders == null ? List.of() : holders;
  }

  /** Returns what is left after the next id and number were taken. */
  InodeNumbers taken() {
    Map.Entry<Long, Boolean> first = free.first();
    return first == null
        ? new InodeNumbers(nextId + 1, nextNumber + 1, free, former)
        : new InodeNumbers(nextId + 1, nextNumber, free.without(first.getKey()), former);
  }

  /**
   * Returns this after an inode was deleted.
   *
   * @param isStored whether the device still has the inode of an id
   */
  InodeNumbers freed(Inode.Identity identity, LongPredicate isStored) {
    List<Long> holders = new ArrayList<>();
    List<Long> before = former.get(identity.number());
    if (before != null) {
      holders.addAll(before);
    }
    holders.add(identity.id());
    holders.removeIf(id -> !isStored.test(id));
    return new InodeNumbers(
        nextId,
        nextNumber,
        free.with(identity.number(), true),
        holders.isEmpty()
            ? former.without(identity.number())
            : former.with(identity.number(), List.copyOf(holders)));
  }

  /** Returns this with exactly the numbers free that {@code image} does not use. */
  InodeNumbers recounted(Image image) {
    boolean[] used = new boolean[(int) nextNumber];
    image.forEach(inode -> used[(int) inode.identity().number()] = true);
    PersistentMap<Long, Boolean> unused = PersistentMap.empty();
    for (int number = FIRST_NUMBER; number < used.length; number++) {
      if (!used[number]) {
        unused = unused.with((long) number, true);
      }
    }
    return new InodeNumbers(nextId, nextNumber, unused, PersistentMap.empty());
  }
}
