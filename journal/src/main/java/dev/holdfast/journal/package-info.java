/**
 * The journal: what a transaction is on record, and the append-only store that keeps it.
 *
 * <p>{@link dev.holdfast.journal.Journal} is the type to read first; {@link
 * dev.holdfast.journal.TransactionState} has the life of a transaction, {@link
 * dev.holdfast.journal.Plan} what one is going to do. The store itself is in {@code
 * dev.holdfast.journal.h2}.
 */
@NullMarked
package dev.holdfast.journal;

import org.jspecify.annotations.NullMarked;
