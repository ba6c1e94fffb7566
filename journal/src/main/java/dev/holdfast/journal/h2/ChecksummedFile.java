package dev.holdfast.journal.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import org.h2.mvstore.DataUtils;
import org.h2.store.fs.FileBaseDefault;

/**
 * An {@link EpochFile} as H2 sees it.
 *
 * <ul>
 *   <li>A write is one chunk at the end of the file. Anything else is refused: H2 writes nothing
 *       else while space is not reused.
 *   <li>The header that H2 reads is made up: it names the last whole chunk and says that the store
 *       was closed properly, which is true of a file that is only ever appended to. So H2 never
 *       guesses; its own search for the newest chunk trusts bodies without a checksum, and can be
 *       led astray by what users put into a plan. A header that H2 wants to write later is dropped.
 *   <li>The lock is a dummy: the journal has its own, and readers shall not meet a writer's.
 *   <li>Nothing is ever forced but by {@link EpochFile#force}.
 * </ul>
 */
final class ChecksummedFile extends FileBaseDefault {
  private final EpochFile file;
  private final boolean writable;

  ChecksummedFile(EpochFile file, boolean writable) {
    this.file = file;
    this.writable = writable;
  }

  boolean isWritable() {
    return writable;
  }

  @Override
  public long size() {
    return file.length();
  }

  @Override
  public synchronized int read(ByteBuffer target, long position) throws IOException {
    if (position >= EpochFile.HEADER) {
      return file.read(position, target);
    }
    ByteBuffer header = header();
    header.position((int) position);
    int count = Math.min(header.remaining(), target.remaining());
    target.put(header.slice().limit(count));
    return count;
  }

  private ByteBuffer header() throws IOException {
    Chunk last = file.last().orElseThrow(() -> new IOException("no chunk yet in " + file.name()));
    String fields =
        "H:2,block:"
            + Long.toHexString(last.position() / EpochFile.BLOCK)
            + ",blockSize:1000,chunk:"
            + Integer.toHexString(last.id())
            + ",clean:1,created:"
            + Long.toHexString(file.label().createdMillis())
            + ",format:3,version:"
            + Long.toHexString(last.version());
    byte[] bytes = fields.getBytes(StandardCharsets.ISO_8859_1);
    int check = DataUtils.getFletcher32(bytes, 0, bytes.length);
    byte[] block =
        (fields + ",fletcher:" + Integer.toHexString(check) + "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(EpochFile.HEADER).put(0, block).put(EpochFile.BLOCK, block);
  }

  @Override
  public synchronized int write(ByteBuffer source, long position) throws IOException {
    int count = source.remaining();
    if (!writable) {
      throw new IOException("open for reading only: " + file.name());
    }
    if (position == 0 && count == EpochFile.HEADER) {
      if (file.length() == 0) {
        file.writeHeader(source);
      } else {
        source.position(source.limit());
      }
    } else if (position == file.length()) {
      file.append(source);
    } else {
      throw new IOException(
          "refused to write " + count + " bytes at " + position + " of " + file.name());
    }
    return count;
  }

  /** H2 waits for nothing of its own accord; what is durable is the journal's business. */
  @Override
  public void force(boolean metaData) {}

  @Override
  protected void implTruncate(long size) throws IOException {
    throw new IOException("refused to cut " + file.name());
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    return new FileLock(this, position, size, shared) {
      @Override
      public boolean isValid() {
        return true;
      }

      @Override
      public void release() {}
    };
  }

  /** The file itself is closed by whoever opened it. */
  @Override
  protected void implCloseChannel() {}

  @Override
  public String toString() {
    return file.name();
  }
}
