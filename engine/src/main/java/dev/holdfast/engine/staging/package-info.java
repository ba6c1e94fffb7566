/**
 * A transaction before its decision: what it changes, as an overlay of the live tree; where the new
 * entries lie; and how a plan is made of both.
 */
@NullMarked
package dev.holdfast.engine.staging;

import org.jspecify.annotations.NullMarked;
