package dev.holdfast.engine.failure;

/** The update failed half way, and everything was put back. */
public final class RolledBackException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /** Creates one with the failure that made it so. */
  public RolledBackException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Creates one without a deeper cause. */
  public RolledBackException(String message) {
    super(message, null);
  }
}
