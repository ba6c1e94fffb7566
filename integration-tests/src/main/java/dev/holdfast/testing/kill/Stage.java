package dev.holdfast.testing.kill;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * File systems in images on loop devices, mounted always at the same place. What is on them can be
 * saved and put back to the last inode number, as often as one likes. Needs root.
 *
 * <p>Each time it is another image and another device: whoever makes a mount namespace at a bad
 * moment keeps our file system mounted in it, and what is put back must not become visible there,
 * nor what is there here.
 */
final class Stage implements AutoCloseable {
  private static final int ATTEMPTS = 200;

  private final Path folder;
  private final int disks;
  private final String options;
  private final List<Path> current = new ArrayList<>();
  private int images;
  private boolean mounted;

  private Stage(Path folder, String type, int disks) {
    this.folder = folder;
    this.disks = disks;
    // xfs refuses a second file system with the same identity, and copies have the same.
    this.options = type.equals("xfs") ? "loop,nouuid" : "loop";
  }

  /**
   * What was on all disks at one moment.
   *
   * @param images the copies, one for each disk
   */
  record Saved(List<Path> images) {}

  /** Makes and mounts as many file systems of this type, in a folder that is the stage's own. */
  static Stage make(Path folder, String type, int disks) throws IOException {
    Files.createDirectories(folder);
    Stage stage = new Stage(folder, type, disks);
    for (int disk = 0; disk < disks; disk++) {
      Files.createDirectory(stage.point(disk));
      stage.current.add(stage.newImage());
      String image = stage.current.get(disk).toString();
      switch (type) {
        case "ext4" -> {
          Shell.require("truncate", "-s", "32M", image);
          Shell.require("mkfs.ext4", "-q", "-F", image);
        }
        case "xfs" -> {
          Shell.require("truncate", "-s", "300M", image);
          Shell.require("mkfs.xfs", "-q", image);
        }
        case "btrfs" -> {
          Shell.require("truncate", "-s", "120M", image);
          Shell.require("mkfs.btrfs", "-q", image);
        }
        default -> throw new IllegalArgumentException("no file system " + type);
      }
    }
    stage.mount();
    return stage;
  }

  /** Returns where a disk is mounted. */
  Path point(int disk) {
    return folder.resolve("disk-" + disk);
  }

  private Path newImage() {
    images++;
    return folder.resolve("image-" + images);
  }

  /** Returns how many disks there are. */
  int disks() {
    return disks;
  }

  /** Keeps what is on the disks now, as it would be found after all was written back. */
  Saved save() throws IOException {
    for (int disk = 0; disk < disks; disk++) {
      Shell.require("sync", "-f", point(disk).toString());
    }
    unmount();
    Saved saved = new Saved(List.copyOf(current));
    mountCopies(saved);
    return saved;
  }

  /** Puts back what was kept. Nothing may be open on the disks. */
  void restore(Saved kept) throws IOException {
    unmount();
    for (Path image : current) {
      Files.delete(image);
    }
    mountCopies(kept);
  }

  private void mountCopies(Saved kept) throws IOException {
    for (int disk = 0; disk < disks; disk++) {
      Path copy = newImage();
      Shell.require("cp", "--sparse=always", kept.images().get(disk).toString(), copy.toString());
      current.set(disk, copy);
    }
    mount();
  }

  /** Forgets what was kept. */
  static void drop(Saved kept) throws IOException {
    for (Path image : kept.images()) {
      Files.delete(image);
    }
  }

  private void mount() throws IOException {
    for (int disk = 0; disk < disks; disk++) {
      Shell.require("mount", "-o", options, current.get(disk).toString(), point(disk).toString());
    }
    mounted = true;
  }

  /** The descriptors of a killed process may outlive it for a moment. */
  private void unmount() throws IOException {
    if (!mounted) {
      return;
    }
    for (int disk = 0; disk < disks; disk++) {
      Shell.Result result = new Shell.Result(1, "");
      for (int attempt = 0; attempt < ATTEMPTS && result.exit() != 0; attempt++) {
        result = Shell.run(List.of("umount", point(disk).toString()));
        if (result.exit() != 0) {
          pause();
        }
      }
      if (result.exit() != 0) {
        throw new IOException("something stayed open: " + result.output().strip());
      }
    }
    mounted = false;
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(10);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() throws IOException {
    unmount();
  }
}
