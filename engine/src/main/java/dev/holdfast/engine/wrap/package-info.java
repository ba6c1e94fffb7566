/**
 * Running a command so that what it does to a directory is seen by nobody else: the namespace that
 * it runs in, the layer in which its changes gather, and their translation into those of a
 * transaction. {@link dev.holdfast.engine.wrap.OverlayNamespace} is the type to read first.
 */
@NullMarked
package dev.holdfast.engine.wrap;

import org.jspecify.annotations.NullMarked;
