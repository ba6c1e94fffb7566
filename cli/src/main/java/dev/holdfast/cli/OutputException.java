package dev.holdfast.cli;

import java.io.IOException;

/** The results could not be written to stdout; what they tell of took place all the same. */
final class OutputException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean readerGone;

  /**
   * Creates one.
   *
   * @param readerGone whether whoever read them has stopped reading
   */
  OutputException(IOException cause, boolean readerGone) {
    super("cannot write the results: " + cause.getMessage(), cause);
    this.readerGone = readerGone;
  }

  /** Returns whether whoever read the results has stopped reading, which is their business. */
  boolean isReaderGone() {
    return readerGone;
  }
}
