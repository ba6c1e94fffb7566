package dev.holdfast.engine.source;

import dev.holdfast.disk.DiskException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;

/**
 * The bytes that a compressed stream stands for; what it is compressed with is seen from its first
 * bytes, not from a name. Keeps count of bytes in and out, and refuses a bomb.
 */
final class Decompression extends InputStream {
  private static final byte[] GZIP = HexFormat.of().parseHex("1f8b");
  private static final byte[] XZ = HexFormat.of().parseHex("fd377a585a00");
  private static final byte[] ZSTD = HexFormat.of().parseHex("28b52ffd");
  private static final byte[] BZIP2 = {'B', 'Z', 'h'};

  /** Frames that zstd skips, 0x50 to 0x5f: parallel compressors begin with one. */
  private static final byte[] ZSTD_SKIPPABLE = HexFormat.of().parseHex("2a4d18");

  private static final int MAGIC_LENGTH = 6;

  private final Counted compressed;
  private final InputStream in;
  private final ArchiveLimits limits;
  private long out;

  /** Begins to read {@code raw}. */
  Decompression(InputStream raw, ArchiveLimits limits) throws IOException {
    this.limits = limits;
    this.compressed = new Counted(raw);
    PushbackInputStream peeked = new PushbackInputStream(compressed, MAGIC_LENGTH);
    byte[] magic = peeked.readNBytes(MAGIC_LENGTH);
    peeked.unread(magic);
    try {
      this.in = open(peeked, magic);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private static InputStream open(InputStream peeked, byte[] magic) throws IOException {
    if (begins(magic, 0, GZIP)) {
      return GzipCompressorInputStream.builder()
          .setInputStream(peeked)
          .setDecompressConcatenated(true)
          .get();
    }
    if (begins(magic, 0, XZ)) {
      return XZCompressorInputStream.builder()
          .setInputStream(peeked)
          .setDecompressConcatenated(true)
          .setMemoryLimitKiB(ArchiveLimits.MAX_DICTIONARY_KIB)
          .get();
    }
    boolean skippable = begins(magic, 1, ZSTD_SKIPPABLE) && (magic[0] & 0xf0) == 0x50;
    if (begins(magic, 0, ZSTD) || skippable) {
      try {
        return new ZstdCompressorInputStream(peeked);
      } catch (LinkageError e) {
        throw new BadArchiveException(
            "is compressed with zstd, which cannot be loaded here; decompress it first", e);
      }
    }
    if (begins(magic, 0, BZIP2)) {
      throw new BadArchiveException("is compressed with bzip2; decompress it first");
    }
    return peeked;
  }

  private static boolean begins(byte[] bytes, int start, byte[] with) {
    return bytes.length >= start + with.length
        && Arrays.equals(bytes, start, start + with.length, with, 0, with.length);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int n;
    try {
      n = in.read(to, offset, length);
    } catch (IOException | RuntimeException e) { // decompressors stumble over damage in both ways
      throw damaged(e);
    }
    if (n > 0) {
      out += n;
      boolean bomb = out > limits.ratioGrace() && out / limits.maxRatio() > compressed.count;
      if (bomb) {
        throw new BadArchiveException(
            "unpacks to more than "
                + limits.maxRatio()
                + " times its size, as a bomb does; if it is meant so, decompress it first");
      }
    }
    return n;
  }

  private static IOException damaged(Exception e) {
    if (e instanceof DiskException disk) {
      return disk;
    }
    if (e instanceof BadArchiveException bad) {
      return bad;
    }
    String words = e.getMessage();
    return new BadArchiveException(
        "is damaged or was cut off: " + (words == null ? e.getClass().getSimpleName() : words), e);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private static final class Counted extends InputStream {
    private final InputStream in;
    private long count;

    private Counted(InputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int n = in.read(to, offset, length);
      count += Math.max(0, n);
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
