package dev.holdfast.engine;

/** One update of one or more roots. */
public final class Transaction implements AutoCloseable {
  private Transaction() {}

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
