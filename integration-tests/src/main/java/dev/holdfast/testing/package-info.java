/**
 * The test framework: a disk that loses power, and the oracles that judge what is left; never
 * shipped. {@code docs/crash-model.md} says what a crash may do.
 *
 * <ul>
 *   <li>{@link dev.holdfast.testing.SimulatedDisk} - a disk in memory as one process sees it: read
 *       this first
 *   <li>{@link dev.holdfast.testing.CrashModel} - what a power cut may undo at all
 *   <li>{@link dev.holdfast.testing.PowerCut}, {@link dev.holdfast.testing.CrashPlan} - which of
 *       it, and when
 *   <li>{@link dev.holdfast.testing.FaultPlan} - calls that fail, and what a failed barrier loses
 *   <li>{@link dev.holdfast.testing.History} - a recorded run, and every crash of it
 *   <li>{@link dev.holdfast.testing.CrashSweep} - crash at each step, recover, check; crash the
 *       recovery too
 *   <li>{@link dev.holdfast.testing.FaultSweep} - fail each call, then kill or cut the power,
 *       recover, check
 *   <li>{@link dev.holdfast.testing.InterceptedDisk} - records and fails the calls of any disk, the
 *       real one too
 *   <li>{@link dev.holdfast.testing.DirectoryTree} - the oracle: all that can be told about a tree
 *   <li>{@link dev.holdfast.testing.DiskContract} - what every disk must do
 * </ul>
 */
@NullMarked
package dev.holdfast.testing;

import org.jspecify.annotations.NullMarked;
