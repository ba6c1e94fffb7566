package dev.holdfast.engine.failure;

/** Somebody else holds what the transaction needs. Nothing changed; trying again may succeed. */
public final class BusyException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final String holder;

  /** Creates one with who holds it, for people. */
  public BusyException(String message, String holder) {
    super(message, null);
    this.holder = holder;
  }

  /** Returns who holds it. */
  public String holder() {
    return holder;
  }
}
