/**
 * Reading and writing entries of a tree through the disk seam: their facts, their bytes, their
 * places. Knows nothing of transactions.
 */
@NullMarked
package dev.holdfast.engine.tree;

import org.jspecify.annotations.NullMarked;
