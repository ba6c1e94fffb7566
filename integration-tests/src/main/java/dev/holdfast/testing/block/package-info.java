/**
 * Power loss at the block level, as a campaign and with things that must be caught: protocols known
 * to be wrong, a database without its flushes, Holdfast with mistakes. The rig itself is shipped:
 * {@link dev.holdfast.selftest.power.Rig}.
 */
@NullMarked
package dev.holdfast.testing.block;

import org.jspecify.annotations.NullMarked;
