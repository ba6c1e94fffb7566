package dev.holdfast.journal.h2;

import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;

/** The hash chain over the records. */
final class Chain {
  /** Its head before the first record. */
  static final ChainHead EMPTY =
      new ChainHead(0, ContentDigest.of(new byte[EpochStore.DIGEST_LENGTH]));

  private Chain() {}
}
