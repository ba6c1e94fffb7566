/**
 * The commit and recovery protocol. docs/protocol.md has its numbered invariants and the crash
 * argument of each step; the code cites them as {@code I1}, {@code I2} ….
 *
 * <p>{@link dev.holdfast.engine.commit.CommitProtocol} is the way forward, {@link
 * dev.holdfast.engine.commit.Recovery} the way out of a crash; both use the one {@link
 * dev.holdfast.engine.commit.OperationExecutor}.
 */
@NullMarked
package dev.holdfast.engine.commit;

import org.jspecify.annotations.NullMarked;
