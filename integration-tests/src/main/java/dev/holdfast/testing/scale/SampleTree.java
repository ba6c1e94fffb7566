package dev.holdfast.testing.scale;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.SplittableRandom;

/** Makes trees of any size whose contents follow from a seed. */
public final class SampleTree {
  private static final int FILES_PER_DIRECTORY = 25;
  private static final long TIME = 1_600_000_000_000L;
  private static final int BLOCK = 1 << 20;

  private SampleTree() {}

  /** Makes a tree of {@code files} files of {@code bytes} each; another seed, other contents. */
  public static Path make(Path place, int files, int bytes, long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] contents = new byte[bytes];
    for (int i = 0; i < files; i++) {
      Path directory = place.resolve("d" + i / FILES_PER_DIRECTORY);
      if (i % FILES_PER_DIRECTORY == 0) {
        Files.createDirectories(directory);
      }
      random.nextBytes(contents);
      Path file = Files.write(directory.resolve("f" + i), contents);
      Files.setLastModifiedTime(file, FileTime.fromMillis(TIME + seed)); // else they may be alike
    }
    return place;
  }

  /** Makes one file of {@code megabytes}, no two blocks of it alike. */
  public static Path big(Path file, long megabytes, long seed) throws IOException {
    Files.createDirectories(file.getParent());
    byte[] block = new byte[BLOCK];
    new SplittableRandom(seed).nextBytes(block);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BLOCK)) {
      for (long i = 0; i < megabytes; i++) {
        for (int b = 0; b < Long.BYTES; b++) {
          block[b] = (byte) (i >>> (8 * b));
        }
        out.write(block);
      }
    }
    return file;
  }
}
