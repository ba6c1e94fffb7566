package dev.holdfast.journal.h2;

import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What an epoch's file says of itself, in the padding of both copies of H2's header. Written once,
 * at creation. It can be read, and a newer format refused, before H2 sees the file.
 *
 * @param format the version of the journal's format
 * @param epoch the number in the file's name
 * @param journal the journal that it belongs to
 * @param nonce random: chunks of another file, or made up by somebody who can't read this one,
 *     never have the right checksums
 * @param createdMillis when, in milliseconds since 1970, as H2 wants it
 * @param lastSequence the highest sequence number given out before it
 * @param sealedLength how long the epoch before is, 0 for the first
 */
record EpochLabel(
    int format,
    int epoch,
    UUID journal,
    long nonce,
    long createdMillis,
    long lastSequence,
    long sealedLength) {
  /** The version that this program writes. */
  static final int FORMAT = 1;

  /** Where it lies in each of the two header blocks, and how long it is there. */
  private static final int OFFSET = EpochFile.BLOCK - 2 * EpochLabel.LENGTH;

  private static final int LENGTH = 80;
  private static final byte[] MAGIC = "HOLDFAST".getBytes(StandardCharsets.US_ASCII);

  /** Puts the label into H2's two header blocks. */
  void stamp(ByteBuffer header) {
    ByteBuffer label = ByteBuffer.allocate(LENGTH);
    label.put(MAGIC).putInt(format).putInt(epoch);
    label.putLong(journal.getMostSignificantBits()).putLong(journal.getLeastSignificantBits());
    label.putLong(nonce).putLong(createdMillis).putLong(lastSequence);
    label.putLong(sealedLength);
    label.putInt(LENGTH - Integer.BYTES, crc(label.array()));
    Padding.put(header, OFFSET, label.array());
    Padding.put(header, EpochFile.BLOCK + OFFSET, label.array());
  }

  /**
   * Reads the label from the two header blocks: either copy will do.
   *
   * @throws JournalException if neither can be read, they differ, or the format is newer
   */
  static EpochLabel read(ByteBuffer header, String name) throws JournalException {
    Optional<EpochLabel> first = read(header, OFFSET, name);
    Optional<EpochLabel> second = read(header, EpochFile.BLOCK + OFFSET, name);
    if (first.isPresent() && second.isPresent() && !first.equals(second)) {
      throw new JournalException(
          Reason.DAMAGED, "journal " + name + " is damaged: its header contradicts itself");
    }
    return first
        .or(() -> second)
        .orElseThrow(() ->
            new JournalException(
                Reason.DAMAGED, "journal " + name + " is damaged: its header is unreadable"));
  }

  private static Optional<EpochLabel> read(ByteBuffer header, int offset, String name)
      throws JournalException {
    byte[] bytes = new byte[LENGTH];
    if (!Padding.get(header, offset, bytes)
        || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return Optional.empty();
    }
    ByteBuffer label = ByteBuffer.wrap(bytes);
    if (label.getInt(LENGTH - Integer.BYTES) != crc(bytes)) {
      return Optional.empty();
    }
    label.position(MAGIC.length);
    int format = label.getInt();
    if (format > FORMAT) {
      throw new JournalException(
          Reason.NEWER,
          "journal "
              + name
              + " is of format "
              + format
              + ", this program knows "
              + FORMAT
              + "; use a newer one");
    }
    return Optional.of(
        new EpochLabel(
            format,
            label.getInt(),
            new UUID(label.getLong(), label.getLong()),
            label.getLong(),
            label.getLong(),
            label.getLong(),
            label.getLong()));
  }

  private static int crc(byte[] label) {
    CRC32C crc = new CRC32C();
    crc.update(label, 0, LENGTH - Integer.BYTES);
    return (int) crc.getValue();
  }
}
