package dev.holdfast.testing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Checks that an image is a well-formed file system. */
final class Fsck {
  private Fsck() {}

  static void check(Image image) {
    Map<Long, Integer> links = new HashMap<>();
    Map<Long, Integer> subdirectories = new HashMap<>();
    links.put(Image.ROOT, 1);
    Deque<Long> open = new ArrayDeque<>();
    open.add(Image.ROOT);
    while (!open.isEmpty()) {
      long directory = open.remove();
      image
          .get(directory)
          .entries()
          .forEach((name, id) -> {
            Inode child = image.get(id);
            require(links.merge(id, 1, Integer::sum) == 1 || !child.isDirectory(), child);
            if (child.isDirectory()) {
              require(child.parent() == directory, name);
              subdirectories.merge(directory, 1, Integer::sum);
              open.add(id);
            }
          });
    }
    Set<Long> numbers = new HashSet<>();
    long[] allocated = {0};
    image.forEach(inode -> {
      require(inode.links() == links.getOrDefault(inode.id(), 0), inode);
      require(inode.links() > 0, inode);
      require(inode.subdirectories() == subdirectories.getOrDefault(inode.id(), 0), inode);
      require(numbers.add(inode.identity().number()), inode);
      allocated[0] += inode.content().allocated();
    });
    require(allocated[0] == image.allocated(), allocated[0]);
  }

  private static void require(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError("not well-formed: " + what);
    }
  }
}
