package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is in a directory: for each path, its type, mode, mtime and contents. */
final class Tree {
  private Tree() {}

  /** Writes small files, their names and contents in turn. */
  static void write(Path directory, String... namesAndContents) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < namesAndContents.length; i += 2) {
      Path file = directory.resolve(namesAndContents[i]);
      Files.createDirectories(file.getParent());
      Files.writeString(file, namesAndContents[i + 1]);
    }
  }

  /** Returns what is in {@code directory}, itself included. */
  static SortedMap<String, String> of(Path directory) throws IOException {
    SortedMap<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (!path.toString().contains("/.holdfast")) {
          tree.put(directory.relativize(path).toString(), describe(path));
        }
      }
    }
    return tree;
  }

  private static String describe(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      return "link to " + Files.readSymbolicLink(path);
    }
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    String time = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toString();
    return mode
        + " "
        + time
        + " "
        + (Files.isDirectory(path) ? "directory" : Files.readString(path));
  }
}
