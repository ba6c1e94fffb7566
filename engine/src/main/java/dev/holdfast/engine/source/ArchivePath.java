package dev.holdfast.engine.source;

import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.RelativePath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads names of entries, and of the entries that hard links lead to. */
final class ArchivePath {
  private static final int MAX_NAME = 255;

  private ArchivePath() {}

  /**
   * Returns where below the target a name leads, without its first {@code strip} components, of
   * which {@code .} is one, as it is for GNU tar.
   *
   * @return empty if nothing is left but what {@code strip} took
   * @throws BadArchiveException if it leads out of the tree or cannot be a path
   */
  static Optional<RelativePath> read(byte[] name, int strip) throws BadArchiveException {
    if (name.length == 0) {
      throw new BadArchiveException("has no name");
    }
    if (name[0] == '/') {
      throw new BadArchiveException(
          "has an absolute name; make the archive without leading slashes");
    }
    List<byte[]> components = components(name);
    if (strip > 0 && components.size() <= strip) {
      return Optional.empty();
    }
    RelativePath path = RelativePath.EMPTY;
    for (byte[] component : components.subList(strip, components.size())) {
      if (!isDot(component)) {
        path = path.resolve(EntryName.of(component));
      }
    }
    if (path.bytes().length > ArchiveLimits.MAX_PATH) {
      throw new BadArchiveException("has a path of more than " + ArchiveLimits.MAX_PATH + " bytes");
    }
    return Optional.of(path);
  }

  private static List<byte[]> components(byte[] name) throws BadArchiveException {
    List<byte[]> components = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= name.length; i++) {
      if (i == name.length || name[i] == '/') {
        if (i > start) {
          components.add(checked(Arrays.copyOfRange(name, start, i)));
        }
        start = i + 1;
      } else if (name[i] == 0) {
        throw new BadArchiveException("has a name with NUL in it");
      }
    }
    return components;
  }

  private static byte[] checked(byte[] component) throws BadArchiveException {
    if (component.length == 2 && component[0] == '.' && component[1] == '.') {
      throw new BadArchiveException("has .. in its name and could lead out of the tree");
    }
    if (component.length > MAX_NAME) {
      throw new BadArchiveException("has a name of more than " + MAX_NAME + " bytes");
    }
    return component;
  }

  private static boolean isDot(byte[] component) {
    return component.length == 1 && component[0] == '.';
  }
}
