package dev.holdfast.journal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * A plan as a file, the copy that lies beside each root: sixteen bytes that say what it is and in
 * which version, the length, the encoded plan, and the SHA-256 of all that. It tells a torn or
 * changed file from a whole one without the journal.
 */
public final class PlanFile {
  private static final byte[] MAGIC = "holdfast plan ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEADER = "holdfast plan 1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGEST_LENGTH = 32;
  private static final int PLAN_START = HEADER.length + Long.BYTES;

  private PlanFile() {}

  /** Returns the file's contents for an encoded plan. */
  public static byte[] encode(byte[] plan) {
    byte[] file = new byte[Math.addExact(PLAN_START + DIGEST_LENGTH, plan.length)];
    ByteBuffer.wrap(file).put(HEADER).putLong(plan.length).put(plan).put(digest(file));
    return file;
  }

  /**
   * Returns the encoded plan in a file.
   *
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} if the file is torn or
   *     changed, with {@link JournalException.Reason#NEWER} if a later version wrote it
   */
  public static byte[] encodedPlan(byte[] file) throws JournalException {
    if (file.length < HEADER.length
        || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw damaged("it does not begin as one");
    }
    if (!Arrays.equals(file, 0, HEADER.length, HEADER, 0, HEADER.length)) {
      throw new JournalException(
          JournalException.Reason.NEWER,
          "the plan file is of a version that this program does not know; use a newer one");
    }
    if (file.length < PLAN_START + DIGEST_LENGTH
        || ByteBuffer.wrap(file).getLong(HEADER.length)
            != file.length - PLAN_START - DIGEST_LENGTH) {
      throw damaged("its length is wrong");
    }
    int end = file.length - DIGEST_LENGTH;
    if (!Arrays.equals(digest(file), 0, DIGEST_LENGTH, file, end, file.length)) {
      throw damaged("its checksum is wrong");
    }
    return Arrays.copyOfRange(file, PLAN_START, end);
  }

  /** Returns the plan in a file; see {@link #encodedPlan} and {@link PlanCodec#decode}. */
  public static Plan decode(byte[] file) throws JournalException {
    return PlanCodec.decode(encodedPlan(file));
  }

  private static byte[] digest(byte[] file) {
    MessageDigest sha = PlanCodec.sha256();
    sha.update(file, 0, file.length - DIGEST_LENGTH);
    return sha.digest();
  }

  private static JournalException damaged(String problem) {
    return new JournalException(
        JournalException.Reason.DAMAGED, "the plan file is damaged: " + problem);
  }
}
