/**
 * The crash proof: scenarios run by the whole engine with its journal, crashed at every step, and
 * judged. {@link dev.holdfast.testing.proof.EngineSweep} is the type to read first.
 */
@NullMarked
package dev.holdfast.testing.proof;

import org.jspecify.annotations.NullMarked;
