package dev.holdfast.testing.proof;

import java.io.IOException;

/** A generated scenario has an update that cannot be, or that leaves trees as they were before. */
final class NoChangeException extends IOException {
  private static final long serialVersionUID = 1L;

  NoChangeException(String message) {
    super(message);
  }
}
