package dev.holdfast.cli;

import java.io.IOException;

/** The command line itself is wrong; nothing was begun. */
final class UsageException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates one that names the argument and says what would be right. */
  UsageException(String message) {
    super(message);
  }

  /** Returns one with the message of {@code failure}. */
  static UsageException saying(IllegalArgumentException failure) {
    return new UsageException(String.valueOf(failure.getMessage()));
  }
}
