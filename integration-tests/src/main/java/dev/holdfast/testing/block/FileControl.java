package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.Promise;
import dev.holdfast.selftest.power.Rig;
import dev.holdfast.selftest.power.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The replacement of one file by rename, again and again, with or without what makes it safe. Shows
 * that the rig can see what it is there to see.
 */
enum FileControl implements Workload {
  /** The contents may come after the name. */
  NO_FSYNC("rename-without-fsync", false, false),
  /** The name may come after the promise. */
  NO_DIRECTORY_FSYNC("rename-without-directory-fsync", true, false),
  /** Right. */
  SAFE("rename-with-directory-fsync", true, true);

  private static final int ROUNDS = 40;
  private static final int LENGTH = 12_000;

  private final String title;
  private final boolean syncsFile;
  private final boolean syncsDirectory;

  FileControl(String title, boolean syncsFile, boolean syncsDirectory) {
    this.title = title;
    this.syncsFile = syncsFile;
    this.syncsDirectory = syncsDirectory;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public int devices() {
    return 1;
  }

  private static Path directory(Rig rig) {
    return rig.point(0).resolve("control");
  }

  private static byte[] version(int number) {
    byte[] line = "version %07d\n".formatted(number).getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      bytes[i] = line[i % line.length];
    }
    return bytes;
  }

  @Override
  public void prepare(Rig rig) throws IOException {
    Files.createDirectory(directory(rig));
    Files.write(directory(rig).resolve("file"), version(0));
  }

  @Override
  public void run(Rig rig) throws IOException {
    Path file = directory(rig).resolve("file");
    Path temporary = directory(rig).resolve("file.new");
    for (int number = 1; number <= ROUNDS; number++) {
      rig.mark(Promise.begun(number));
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        out.write(ByteBuffer.wrap(version(number)));
        if (syncsFile) {
          out.force(true);
        }
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      if (syncsDirectory) {
        try (FileChannel directory = FileChannel.open(directory(rig), StandardOpenOption.READ)) {
          directory.force(true);
        }
      }
      if (syncsFile) {
        rig.mark(Promise.acknowledged(number));
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(7);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Outcome examine(Rig rig, Promise promise, boolean byProgram) throws IOException {
    byte[] found = Files.readAllBytes(directory(rig).resolve("file"));
    for (int number = promise.least(); number <= promise.most(); number++) {
      if (Arrays.equals(found, version(number))) {
        return new Outcome(false, number);
      }
    }
    String text = new String(found, 0, Math.min(20, found.length), StandardCharsets.ISO_8859_1);
    throw new AssertionError(found.length + " bytes: " + text.replace('\0', '.'));
  }
}
