package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;

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

  /** Writes a file readable by its owner alone, in place of what is at {@code path}. */
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
