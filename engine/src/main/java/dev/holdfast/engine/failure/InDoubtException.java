package dev.holdfast.engine.failure;

import org.jspecify.annotations.Nullable;

/**
 * A transaction is neither finished nor rolled back, and could not be made so. The marker stays,
 * the gates of its roots refuse, and {@code recover} or {@code resolve} is the way out.
 */
public final class InDoubtException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates one that says what is visible and what is not known. */
  public InDoubtException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
