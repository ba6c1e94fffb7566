package dev.holdfast.selftest.power;

import java.io.IOException;
import java.io.Serial;

/** The file system itself cannot be mounted after what a power cut left of it. */
final class UnmountableException extends IOException {
  @Serial private static final long serialVersionUID = 1L;

  UnmountableException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
