package dev.holdfast.engine;

import java.util.List;

/** A point in a transaction to which it can go back; see {@link Transaction#savepoint}. */
public final class Savepoint {
  private final Transaction transaction;
  private final List<Integer> marks;

  Savepoint(Transaction transaction, List<Integer> marks) {
    this.transaction = transaction;
    this.marks = List.copyOf(marks);
  }

  Transaction transaction() {
    return transaction;
  }

  List<Integer> marks() {
    return marks;
  }
}
