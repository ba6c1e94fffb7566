package dev.holdfast.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file system of its own for a test, in an image on a loop device or in memory. Needs root; tests
 * skip where it cannot be had.
 */
public final class MountedFileSystem implements AutoCloseable {
  private final Path image;
  private final Path point;
  private final List<String> mountOptions;

  private MountedFileSystem(Path image, Path point, List<String> mountOptions) {
    this.image = image;
    this.point = point;
    this.mountOptions = mountOptions;
  }

  /**
   * Makes a file system of {@code megabytes} by {@code mkfs} and mounts it below {@code folder}.
   */
  public static MountedFileSystem make(Path folder, int megabytes, List<String> mkfs)
      throws IOException {
    Path image = folder.resolve("image");
    Path point = Files.createDirectory(folder.resolve("mounted"));
    assumeTrue(
        Command.succeeds("truncate", "-s", megabytes + "M", image.toString()), "no image file");
    List<String> command = new ArrayList<>(mkfs);
    command.add(image.toString());
    assumeTrue(Command.succeeds(command.toArray(String[]::new)), () -> mkfs.getFirst() + " fails");
    MountedFileSystem made = new MountedFileSystem(image, point, List.of("-o", "loop"));
    assumeTrue(made.tryMount(), "cannot mount a loop device");
    return made;
  }

  /** Mounts a tmpfs below {@code folder}. */
  static MountedFileSystem inMemory(Path folder, int megabytes) throws IOException {
    Path point = Files.createDirectory(folder.resolve("mounted"));
    MountedFileSystem made =
        new MountedFileSystem(
            Path.of("tmpfs"), point, List.of("-t", "tmpfs", "-o", "size=" + megabytes + "M"));
    assumeTrue(made.tryMount(), "cannot mount a tmpfs");
    return made;
  }

  private boolean tryMount() {
    List<String> command = new ArrayList<>(List.of("mount"));
    command.addAll(mountOptions);
    command.add(image.toString());
    command.add(point.toString());
    return Command.succeeds(command.toArray(String[]::new));
  }

  /** Returns where it is mounted. */
  public Path point() {
    return point;
  }

  /** Changes options of the mount. */
  void remount(String options) {
    Command.succeed("mount", "-o", "remount," + options, point.toString());
  }

  /** Unmounts it and mounts it again, on another loop device than before. */
  void moveToAnotherDevice() {
    Command.succeed("umount", point.toString());
    // takes the device that has just become free
    Path other = image.resolveSibling("other");
    Command.succeed("truncate", "-s", "1M", other.toString());
    String taken = Command.succeed("losetup", "--find", "--show", other.toString()).strip();
    try {
      Command.succeed("mount", "-o", "loop", image.toString(), point.toString());
    } finally {
      Command.succeed("losetup", "--detach", taken);
    }
  }

  @Override
  public void close() {
    Command.succeed("umount", point.toString());
  }
}
