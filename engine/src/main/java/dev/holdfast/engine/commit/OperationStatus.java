package dev.holdfast.engine.commit;

/** How far one operation came, read from the control directory, which only we write. */
public enum OperationStatus {
  /** Its rename took place. */
  EXECUTED,
  /** It did not, and what it needs is there. */
  NOT_EXECUTED,
  /** It did not, and its staged entry is gone. */
  LOST
}
