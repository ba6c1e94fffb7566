/**
 * Kills the real program at system calls of its own, on real file systems, and lets them fail.
 * {@link dev.holdfast.testing.kill.KillRig} is the type to read first.
 */
@NullMarked
package dev.holdfast.testing.kill;

import org.jspecify.annotations.NullMarked;
