/**
 * The real disk: the {@linkplain dev.holdfast.disk seam} over Linux system calls.
 *
 * <p>{@link dev.holdfast.disk.linux.LinuxDisk} is the type to read first. It and the classes of its
 * open things hold the policy; {@code LibC} is the C library with C's names; {@code ForeignLibC} is
 * the only class of the whole build that calls a foreign function. An errno never leaves this
 * package.
 *
 * <p>Needs Linux 5.8 or later and a mounted /proc. Tested on x86_64; aarch64 is written down but
 * untested; other machines are refused.
 */
@NullMarked
package dev.holdfast.disk.linux;

import org.jspecify.annotations.NullMarked;
