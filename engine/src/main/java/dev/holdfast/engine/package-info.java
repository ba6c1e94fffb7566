/** Transactions on directories: staging, commit, recovery, undo. */
@NullMarked
package dev.holdfast.engine;

import org.jspecify.annotations.NullMarked;
