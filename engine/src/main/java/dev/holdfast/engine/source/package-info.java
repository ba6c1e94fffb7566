/** Where the new contents of a tree come from: a directory, a tar archive. */
@NullMarked
package dev.holdfast.engine.source;

import org.jspecify.annotations.NullMarked;
