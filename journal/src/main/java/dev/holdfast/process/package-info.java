/**
 * The process seam, beside that of the disk: starting a program that keeps everything it was given,
 * watching what it leaves behind, and a shell that builds the namespace it runs in. {@link
 * dev.holdfast.process.Processes} is the type to read first.
 */
@NullMarked
package dev.holdfast.process;

import org.jspecify.annotations.NullMarked;
