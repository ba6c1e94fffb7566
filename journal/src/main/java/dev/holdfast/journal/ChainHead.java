package dev.holdfast.journal;

/**
 * The head of the hash chain: with it, nobody can change, remove, insert or reorder a record
 * unseen; kept elsewhere, it also shows that a tail was cut off.
 *
 * @param records how many records it covers
 * @param digest SHA-256 over the previous head and the last record
 */
public record ChainHead(long records, ContentDigest digest) {}
