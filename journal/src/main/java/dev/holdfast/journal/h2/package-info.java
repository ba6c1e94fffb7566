/**
 * The journal's store: H2's storage engine, append-only, on a file of ours that checksums every
 * chunk.
 *
 * <p>{@link dev.holdfast.journal.h2.H2Journal} is the type to read first, docs/journal-format.md
 * the description of what is on disk. From the outside in: {@code StateDirectory} (what lies where,
 * whose it must be, the lock), {@code EpochFile} (one file: chunks one after the other, never
 * rewritten), {@code ChecksummedFile} (what H2 sees of it), {@code EpochStore} (H2's maps in it),
 * {@code RecordCodec} (the records).
 */
@NullMarked
package dev.holdfast.journal.h2;

import org.jspecify.annotations.NullMarked;
