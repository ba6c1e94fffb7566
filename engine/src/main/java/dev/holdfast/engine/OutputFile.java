package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.failure.RefusedException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A file that a command writes for people: it is there as a whole, or as it was before. */
public final class OutputFile {
  private static final int BUFFER = 1 << 16;

  private OutputFile() {}

  /** Writes contents. */
  @FunctionalInterface
  public interface Content {
    /** Writes them; the stream is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Where output goes.
   *
   * @param path a file or none yet, or what the stream is to be written to; no link
   * @param stream whether it is a fifo or a character device: it is written to as it stands
   */
  public record Target(AbsolutePath path, boolean stream) {}

  /**
   * Returns where output to {@code path} goes. A link is followed.
   *
   * @throws RefusedException for what can be neither replaced nor written to
   */
  public static Target target(Disk disk, AbsolutePath path) throws DiskException, RefusedException {
    AbsolutePath real = path;
    FileType type = type(disk, path);
    if (type == FileType.SYMLINK) {
      try {
        real = disk.realPath(path);
      } catch (DiskException e) {
        if (e.error() != DiskError.NOT_FOUND) {
          throw e;
        }
        throw new RefusedException(path + " is a link that leads nowhere; nothing was written");
      }
      type = type(disk, real);
    }
    return switch (type) {
      case null -> new Target(real, false);
      case FILE -> new Target(real, false);
      case FIFO, CHARACTER_DEVICE -> new Target(real, true);
      case DIRECTORY, SYMLINK, BLOCK_DEVICE, SOCKET ->
          throw new RefusedException(
              path
                  + " is a "
                  + type.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                  + "; nothing was written");
    };
  }

  private static @Nullable FileType type(Disk disk, AbsolutePath path) throws DiskException {
    if (path.belowRoot().isEmpty()) {
      return FileType.DIRECTORY;
    }
    try (Directory directory = disk.openDirectory(path.parent())) {
      return directory.stat(path.name()).map(Stat::type).orElse(null);
    }
  }

  /**
   * Writes a file readable by its owner alone, in place of the {@linkplain #target file or nothing}
   * that is at {@code path}.
   */
  public static void write(Disk disk, AbsolutePath path, Content content) throws IOException {
    byte[] random = new byte[8];
    new SecureRandom().nextBytes(random);
    EntryName temporary = EntryName.of(".holdfast-" + HexFormat.of().formatHex(random));
    try (Directory directory = disk.openDirectory(path.parent())) {
      try (DiskFile file = directory.create(temporary, 0600);
          OutputStream out = new BufferedOutputStream(new FileStream(file), BUFFER)) {
        content.writeTo(out);
        out.flush();
        file.sync();
      } catch (IOException | RuntimeException e) {
        try {
          directory.unlink(temporary);
        } catch (DiskException again) {
          e.addSuppressed(again);
        }
        throw e;
      }
      directory.renameOver(temporary, directory, path.name());
      directory.sync();
    }
  }

  private static final class FileStream extends OutputStream {
    private final DiskFile file;
    private long position;

    FileStream(DiskFile file) {
      this.file = file;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      file.write(position, ByteBuffer.wrap(bytes, offset, length));
      position += length;
    }
  }
}
