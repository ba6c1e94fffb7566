/** The command line: one class a command. */
@NullMarked
package dev.holdfast.cli;

import org.jspecify.annotations.NullMarked;
