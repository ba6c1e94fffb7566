/** Tests of the sources, against the real rsync and tar where they are there. */
@NullMarked
package dev.holdfast.engine.source;

import org.jspecify.annotations.NullMarked;
