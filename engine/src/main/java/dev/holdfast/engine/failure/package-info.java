/**
 * How an update can fail. {@link dev.holdfast.engine.failure.HoldfastException} is the sealed
 * family; all of it but {@link dev.holdfast.engine.failure.InDoubtException} means that nothing
 * changed.
 */
@NullMarked
package dev.holdfast.engine.failure;

import org.jspecify.annotations.NullMarked;
