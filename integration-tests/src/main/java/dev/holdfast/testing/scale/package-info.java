/**
 * Size and its limits, on real file systems of their own: what a transaction sends to the device,
 * what memory it takes, and what it leaves on a disk that is full. {@link
 * dev.holdfast.testing.scale.LoopFileSystem} is the type to read first.
 */
@NullMarked
package dev.holdfast.testing.scale;

import org.jspecify.annotations.NullMarked;
