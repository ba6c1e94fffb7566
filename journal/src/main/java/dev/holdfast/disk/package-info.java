/**
 * The disk seam: everything that Holdfast asks of an operating system, as small interfaces over
 * open directories and names made of bytes.
 *
 * <p>{@link dev.holdfast.disk.Disk} is the type to read first. There are two implementations: the
 * real one ({@code dev.holdfast.disk.linux}) and a simulated disk that loses power, in the test
 * framework. Both pass the same contract test. Nothing above this package makes a system call.
 */
@NullMarked
package dev.holdfast.disk;

import org.jspecify.annotations.NullMarked;
