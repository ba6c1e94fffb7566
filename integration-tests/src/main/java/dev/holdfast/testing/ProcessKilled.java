package dev.holdfast.testing;

/**
 * Thrown by every call of a process that is dead. It is an error, so that nothing which handles
 * failures of the disk takes it for one.
 */
public final class ProcessKilled extends Error {
  private static final long serialVersionUID = 1L;

  ProcessKilled(String message) {
    super(message);
  }
}
