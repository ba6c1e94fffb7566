package dev.holdfast.testing.scale;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A file system of its own on a loop device, with what the kernel counts of that device. Needs
 * root.
 */
public final class LoopFileSystem implements AutoCloseable {
  /** The least that xfs and btrfs take. */
  public static final int SMALLEST = 320;

  private static final int FLUSHES = 15;
  private static final int SECTORS_WRITTEN = 6;
  private static final int BLOCK = 4096;
  private static final String BALLAST = "ballast";

  /**
   * What can be made, with its mkfs. Mounted so that the kernel does not commit of its own accord
   * every five or thirty seconds: what is counted is then what was asked for.
   */
  public enum Kind {
    EXT4("commit=300", "-q", "-F"),
    XFS("defaults", "-q", "-f"),
    BTRFS("commit=300", "-q", "-f");

    private final String mount;
    private final ImmutableList<String> options;

    Kind(String mount, String... options) {
      this.mount = mount;
      this.options = ImmutableList.copyOf(options);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Path image;
  private final String device;
  private final Path point;

  private LoopFileSystem(Path image, String device, Path point) {
    this.image = image;
    this.device = device;
    this.point = point;
  }

  /**
   * Makes and mounts one below {@code folder}, which is made.
   *
   * @param mkfs more options for making it
   * @throws IOException if that is not to be had here
   */
  public static LoopFileSystem make(Path folder, Kind kind, long megabytes, String... mkfs)
      throws IOException {
    Path image = Files.createDirectories(folder).resolve("image");
    Path point = Files.createDirectory(folder.resolve("mounted"));
    Tool.run("truncate", "-s", megabytes + "M", image.toString());
    List<String> command = new ArrayList<>(List.of("mkfs." + kind));
    command.addAll(kind.options);
    command.addAll(Arrays.asList(mkfs));
    command.add(image.toString());
    Tool.run(command.toArray(String[]::new));
    String device = Tool.run("losetup", "--find", "--show", image.toString()).strip();
    try {
      Tool.run("mount", "-o", kind.mount, device, point.toString());
    } catch (IOException e) {
      Tool.run("losetup", "--detach", device);
      throw e;
    }
    return new LoopFileSystem(image, device, point);
  }

  /** Returns where it is mounted. */
  public Path point() {
    return point;
  }

  /** Waits until nothing of earlier work is left to be written. */
  public void settle() throws IOException {
    Tool.run("sync", "-f", point.toString());
  }

  /** Returns the kernel's counters of the device, from its making. */
  public DeviceCounts counts() throws IOException {
    Path stat = Path.of("/sys/block", Path.of(device).getFileName().toString(), "stat");
    List<String> fields =
        Splitter.on(' ').omitEmptyStrings().splitToList(Files.readString(stat).strip());
    return new DeviceCounts(
        Long.parseLong(fields.get(FLUSHES)), Long.parseLong(fields.get(SECTORS_WRITTEN)) / 2);
  }

  /** Takes away all of the space that is left but {@code bytes}, roughly. */
  public void fillUpTo(long bytes) throws IOException {
    Path file = point.resolve(BALLAST);
    long size = point.toFile().getUsableSpace() - bytes;
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] zeros = new byte[1 << 20];
      for (long left = size; left > 0; left -= zeros.length) {
        out.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
    } catch (IOException e) {
      if (!isFull(e)) {
        throw e;
      }
    }
    settle();
  }

  /** Takes away what is left but some blocks of 4 KiB. */
  public void fill(int spared) throws IOException {
    Path folder = Files.createDirectories(point.resolve("more-" + BALLAST));
    for (int size = 1 << 20; size >= BLOCK; size /= 4) {
      byte[] zeros = new byte[size];
      try (OutputStream out = Files.newOutputStream(folder.resolve("f" + size), CREATE, APPEND)) {
        while (true) {
          out.write(zeros);
        }
      } catch (IOException e) {
        if (!isFull(e)) {
          throw e;
        }
      }
    }
    try (FileChannel last = FileChannel.open(folder.resolve("f" + (1 << 20)), WRITE)) {
      last.truncate(Math.max(0, last.size() - (long) spared * BLOCK));
    }
  }

  /** Takes away all inodes that are left but some. */
  public void fillInodes(int spared) throws IOException {
    Path folder = Files.createDirectories(point.resolve("more-" + BALLAST));
    int made = 0;
    try {
      for (; ; made++) {
        Files.createFile(folder.resolve("i" + made));
      }
    } catch (IOException e) {
      if (!isFull(e)) {
        throw e;
      }
    }
    for (int i = 0; i < Math.min(spared, made); i++) {
      Files.delete(folder.resolve("i" + i));
    }
  }

  private static boolean isFull(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.contains("No space left") || message.contains("quota exceeded");
  }

  /** Gives back what {@link #fill} and {@link #fillInodes} took. */
  public void unfill() throws IOException {
    Path folder = point.resolve("more-" + BALLAST);
    if (Files.exists(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
    settle();
  }

  @Override
  public void close() throws IOException {
    Tool.run("umount", point.toString());
    Tool.run("losetup", "--detach", device);
    Files.delete(image);
  }
}
