package dev.holdfast.disk;

import java.io.IOException;

/** A disk operation failed: which one, on what, and why. */
public final class DiskException extends IOException {
  private static final long serialVersionUID = 1L;

  private final DiskError error;
  private final String operation;
  private final String path;

  /**
   * Creates the failure of {@code operation} on {@code path}.
   *
   * @param detail the system's own words (such as {@code EMFILE}), or empty
   */
  public DiskException(DiskError error, String operation, String path, String detail) {
    super(
        "cannot "
            + operation
            + " "
            + path
            + ": "
            + error.text()
            + (detail.isEmpty() ? "" : " (" + detail + ")"));
    this.error = error;
    this.operation = operation;
    this.path = path;
  }

  /** Creates the failure of {@code operation} on {@code path}. */
  public DiskException(DiskError error, String operation, String path) {
    this(error, operation, path, "");
  }

  /** Returns the reason. */
  public DiskError error() {
    return error;
  }

  /** Returns what was tried: a verb, such as {@code rename}. */
  public String operation() {
    return operation;
  }

  /** Returns what it was tried on, for people. */
  public String path() {
    return path;
  }
}
