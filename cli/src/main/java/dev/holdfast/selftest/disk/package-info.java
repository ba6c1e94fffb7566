/**
 * Disks that stand before another one: to watch its calls, or to end the process at one of them.
 */
@NullMarked
package dev.holdfast.selftest.disk;

import org.jspecify.annotations.NullMarked;
