package dev.holdfast.engine.failure;

/** The request itself cannot be done: a bad source, path, archive or root. Nothing changed. */
public final class RefusedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates one that names the path and the reason. */
  public RefusedException(String message) {
    super(message, null);
  }

  /** Creates one with its cause. */
  public RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
