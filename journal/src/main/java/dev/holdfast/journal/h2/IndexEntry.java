package dev.holdfast.journal.h2;

import dev.holdfast.journal.CanonicalReader;
import dev.holdfast.journal.CanonicalWriter;
import dev.holdfast.journal.JournalException;

/**
 * Where an epoch's records of one transaction are; 0 for one that is not in this epoch.
 *
 * @param begun its beginning
 * @param decided its decision, and its plan
 * @param changed its present state, if that is neither of these
 * @param pruned that its before-images were freed
 */
record IndexEntry(long begun, long decided, long changed, long pruned) {
  static final IndexEntry NONE = new IndexEntry(0, 0, 0, 0);

  IndexEntry withBegun(long number) {
    return new IndexEntry(number, decided, changed, pruned);
  }

  IndexEntry withDecided(long number) {
    return new IndexEntry(begun, number, changed, pruned);
  }

  IndexEntry withChanged(long number) {
    return new IndexEntry(begun, decided, number, pruned);
  }

  IndexEntry withPruned(long number) {
    return new IndexEntry(begun, decided, changed, number);
  }

  byte[] encode() {
    return new CanonicalWriter()
        .number(begun)
        .number(decided)
        .number(changed)
        .number(pruned)
        .toByteArray();
  }

  static IndexEntry decode(byte[] bytes) throws JournalException {
    CanonicalReader in = new CanonicalReader(bytes, "the journal's index");
    IndexEntry entry = new IndexEntry(in.number(), in.number(), in.number(), in.number());
    in.expectEnd();
    return entry;
  }
}
