package dev.holdfast.engine.source;

import java.io.IOException;

/** An archive is not what it should be: the reason alone, for who knows which entry it is. */
final class BadArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  BadArchiveException(String reason) {
    super(reason);
  }

  BadArchiveException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
