package dev.holdfast.testing;

import org.jspecify.annotations.Nullable;

/**
 * The changes of a file system that its device does not have yet, newest first: a list that grows
 * at its head, so that every older state of it stays what it was.
 *
 * @param before the changes before this one
 * @param durable whether a barrier has covered it: it survives, but could not yet be taken into the
 *     durable image, because one before it is still open
 */
record Pending(@Nullable Pending before, Change change, boolean durable, int count) {

  static Pending of(@Nullable Pending before, Change change, boolean durable) {
    return new Pending(before, change, durable, 1 + countOf(before));
  }

  static int countOf(@Nullable Pending pending) {
    return pending == null ? 0 : pending.count;
  }

  /** Returns the changes in the order in which they happened. */
  static Pending[] inOrder(@Nullable Pending last) {
    Pending[] order = new Pending[countOf(last)];
    int i = order.length;
    for (Pending pending = last; pending != null; pending = pending.before) {
      order[--i] = pending;
    }
    return order;
  }
}
