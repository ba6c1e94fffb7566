package dev.holdfast.journal;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Turns a plan into bytes and back. The form is canonical: a plan has one encoding, and no other
 * bytes are accepted (docs/journal-format.md has it in full). Paths, inode numbers and times are
 * written as what differs from the one before; a hundred thousand operations take some 10 to 15 MB.
 */
public final class PlanCodec {
  /** The version of the encoding, its first byte. */
  static final int VERSION = 1;

  private PlanCodec() {}

  /**
   * Returns the plan's encoding.
   *
   * @throws IllegalArgumentException if the plan names a root that it does not have, a negative
   *     size or slot, or an attribute name that is no text
   */
  public static byte[] encode(Plan plan) {
    return new PlanEncoder(plan).encode();
  }

  /**
   * Returns the plan with this encoding.
   *
   * @throws JournalException with {@link JournalException.Reason#DAMAGED} for anything that {@link
   *     #encode} never returns, or that would not fit into memory; with {@link
   *     JournalException.Reason#NEWER} for a later version of the encoding
   */
  public static Plan decode(byte[] encoded) throws JournalException {
    return new PlanDecoder(encoded).decode();
  }

  /** Returns the hash of an encoded plan. */
  public static ContentDigest digest(byte[] encoded) {
    return ContentDigest.of(sha256().digest(encoded));
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
