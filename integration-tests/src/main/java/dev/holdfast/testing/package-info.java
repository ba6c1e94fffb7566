/** The test framework: simulated disks, crash plans, trees as oracles; never shipped. */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
