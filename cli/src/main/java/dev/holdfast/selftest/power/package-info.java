/**
 * Power loss at the block level: real file systems on a device that records every write and flush,
 * and the states in which a power cut may have left it.
 *
 * <ul>
 *   <li>{@link dev.holdfast.selftest.power.Rig} - the device, the mounts, and their end: read this
 *       first
 *   <li>{@link dev.holdfast.selftest.power.DeviceServer} - the device itself, a process of its own
 *   <li>{@link dev.holdfast.selftest.power.Recording} - what it recorded, and any state of it
 *   <li>{@link dev.holdfast.selftest.power.PowerLoss} - what of the unflushed writes survives
 *   <li>{@link dev.holdfast.selftest.power.Workload} - what is run, and what must be true
 *       afterwards
 *   <li>{@link dev.holdfast.selftest.power.PowerSweep} - runs it once and tries many states
 * </ul>
 */
@NullMarked
package dev.holdfast.selftest.power;

import org.jspecify.annotations.NullMarked;
