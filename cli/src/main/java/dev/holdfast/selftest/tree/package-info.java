/**
 * Trees of every kind of entry, made and compared: {@link dev.holdfast.selftest.tree.DirectoryTree}
 * is the oracle.
 */
@NullMarked
package dev.holdfast.selftest.tree;

import org.jspecify.annotations.NullMarked;
