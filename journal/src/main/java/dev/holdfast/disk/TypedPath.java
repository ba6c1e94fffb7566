package dev.holdfast.disk;

import java.util.Arrays;

/**
 * What a path that somebody typed means, byte for byte, as the kernel would take it: relative to
 * the working directory, with {@code ..} going up from where the links before it lead.
 */
public final class TypedPath {
  private static final AbsolutePath WORKING_DIRECTORY = AbsolutePath.of("/proc/self/cwd");

  private TypedPath() {}

  /**
   * Returns the absolute path. Links are followed only where a {@code ..} comes after them.
   *
   * @throws DiskException if the working directory, or a directory before a {@code ..}, is not
   *     there
   * @throws IllegalArgumentException for an empty path, or one that no path can be: with NUL in it,
   *     or a name of more than 255 bytes
   */
  public static AbsolutePath resolve(Disk disk, byte[] text) throws DiskException {
    if (text.length == 0) {
      throw new IllegalArgumentException("an empty path");
    }
    AbsolutePath path = text[0] == '/' ? AbsolutePath.ROOT : disk.realPath(WORKING_DIRECTORY);
    int start = 0;
    for (int i = 0; i <= text.length; i++) {
      if (i == text.length || text[i] == '/') {
        path = step(disk, path, Arrays.copyOfRange(text, start, i));
        start = i + 1;
      }
    }
    return path;
  }

  private static AbsolutePath step(Disk disk, AbsolutePath from, byte[] name) throws DiskException {
    if (name.length == 2 && name[0] == '.' && name[1] == '.') {
      AbsolutePath real = disk.realPath(from);
      return real.equals(AbsolutePath.ROOT) ? real : real.parent();
    }
    return from.resolveText(name.length == 0 ? new byte[] {'.'} : name);
  }

  /**
   * Returns the path with the links in its existing part followed, but for its last name: where an
   * entry is, whether or not it is there (any more).
   */
  public static AbsolutePath located(Disk disk, AbsolutePath path) throws DiskException {
    if (path.equals(AbsolutePath.ROOT)) {
      return path;
    }
    AbsolutePath parent = path.parent();
    try {
      return disk.realPath(parent).resolve(path.name());
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND && e.error() != DiskError.NOT_DIRECTORY) {
        throw e;
      }
      return located(disk, parent).resolve(path.name());
    }
  }
}
