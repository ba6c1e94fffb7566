/**
 * Holdfast's library: transactions over directories. {@link dev.holdfast.engine.Holdfast} is the
 * type to read first, {@link dev.holdfast.engine.Transaction} the second.
 *
 * <p>The packages below this one are the means and are not for use from outside, but for {@link
 * dev.holdfast.engine.failure}: how an update can fail.
 */
@NullMarked
package dev.holdfast.engine;

import org.jspecify.annotations.NullMarked;
