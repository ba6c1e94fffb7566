package dev.holdfast.journal.h2;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The checksum of a chunk: CRC-32C over the file's nonce, the chunk's position, and all its bytes
 * but those of the checksum itself. H2 has none over a chunk's body. Among the bytes is the
 * checksum of the chunk before, so a chunk is only valid after the one that it was written after.
 */
final class ChunkChecksum {
  private static final int SEED = 2 * Long.BYTES;

  private final CRC32C crc = new CRC32C();
  private final long hole;
  private long position;

  /** Begins the checksum of the chunk of {@code length} bytes at {@code position}. */
  ChunkChecksum(EpochLabel label, long position, int length) {
    ByteBuffer seed = ByteBuffer.allocate(SEED);
    crc.update(seed.putLong(label.nonce()).putLong(position).flip());
    this.position = position;
    this.hole = position + length - Chunk.CHECKSUM_BEFORE_END;
  }

  /** Takes in the next bytes of the chunk: all that remain in {@code bytes}. */
  void update(ByteBuffer bytes) {
    int limit = bytes.limit();
    while (bytes.position() < limit) {
      int left = limit - bytes.position();
      if (position < hole) {
        bytes.limit(bytes.position() + (int) Math.min(left, hole - position));
        position += bytes.remaining();
        crc.update(bytes);
      } else if (position < hole + Long.BYTES) {
        int skipped = (int) Math.min(left, hole + Long.BYTES - position);
        bytes.position(bytes.position() + skipped);
        position += skipped;
      } else {
        position += left;
        crc.update(bytes);
      }
      bytes.limit(limit);
    }
  }

  /** Returns the checksum. */
  int value() {
    return (int) crc.getValue();
  }
}
