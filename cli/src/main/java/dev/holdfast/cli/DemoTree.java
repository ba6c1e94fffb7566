package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The files of the demonstration: two releases of a directory of services, and the live one. It is
 * the user's part that is played here, so it writes and reads as any program does.
 */
final class DemoTree {
  private static final int SERVICES = 500;
  private static final List<String> FILES = List.of("conf", "env/PORT", "finish", "run");
  private static final int SAMPLES = 20;

  private final Path folder;

  DemoTree(Path folder) {
    this.folder = folder;
  }

  /** Returns the number of files in each release. */
  static int size() {
    return SERVICES * FILES.size();
  }

  /** Writes a release into the folder {@code release-N}. */
  void writeRelease(int release) throws IOException {
    for (int service = 1; service <= SERVICES; service++) {
      Path directory = folder.resolve("release-" + release).resolve(name(service));
      Files.createDirectories(directory.resolve("env"));
      for (String file : FILES) {
        Path path = directory.resolve(file);
        Files.writeString(path, content(release, file));
        boolean isProgram = file.equals("run") || file.equals("finish");
        Files.setPosixFilePermissions(
            path, PosixFilePermissions.fromString(isProgram ? "rwxr-xr-x" : "rw-r--r--"));
      }
    }
  }

  private static String name(int service) {
    return String.format(Locale.ROOT, "web-%03d", service);
  }

  /** The first line says which release it is; the length is different in each. */
  private static String content(int release, String file) {
    return "# release %d of %s%n".formatted(release, file) + "echo service\n".repeat(8 * release);
  }

  /** Returns how many live files are of {@code release}. */
  int count(int release) throws IOException {
    int count = 0;
    for (int service = 1; service <= SERVICES; service++) {
      for (String file : FILES) {
        count += isOf(release, service, file) ? 1 : 0;
      }
    }
    return count;
  }

  /** Returns lines that show a service with files of both releases, if there is one. */
  List<String> mixedService() throws IOException {
    for (int service = 1; service <= SERVICES; service++) {
      List<String> lines = new ArrayList<>();
      int updated = 0;
      for (String file : FILES) {
        boolean isNew = isOf(2, service, file);
        updated += isNew ? 1 : 0;
        lines.add("service/%s/%-9s release %d".formatted(name(service), file, isNew ? 2 : 1));
      }
      if (updated > 0 && updated < FILES.size()) {
        return lines;
      }
    }
    return List.of();
  }

  private boolean isOf(int release, int service, String file) throws IOException {
    Path path = folder.resolve("service").resolve(name(service)).resolve(file);
    return Files.readString(path).startsWith("# release " + release + " ");
  }

  /** Returns whether about half of the live files have the size that they have in release 2. */
  boolean isHalfUpdated() throws IOException {
    int updated = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      String path =
          name(1 + sample * (SERVICES - 1) / (SAMPLES - 1))
              + "/"
              + FILES.get(sample % FILES.size());
      updated +=
          Files.size(folder.resolve("service").resolve(path))
                  == Files.size(folder.resolve("release-2").resolve(path))
              ? 1
              : 0;
    }
    return updated >= SAMPLES / 3;
  }

  /** Removes the folder and all that is in it. */
  static void remove(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.toList();
    }
    for (Path path : all.reversed()) {
      Files.delete(path);
    }
  }
}
