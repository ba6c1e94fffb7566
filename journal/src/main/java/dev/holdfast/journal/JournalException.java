package dev.holdfast.journal;

import java.io.IOException;

/** The journal cannot be used as it is; nothing was changed. */
public final class JournalException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Why a journal cannot be used. */
  public enum Reason {
    /** Somebody else holds it. */
    BUSY,
    /** It does not hold what it should. */
    DAMAGED,
    /** A newer version of Holdfast wrote it. */
    NEWER,
    /** There is none where there should be one. */
    LOST,
    /** Others could have written it, or it is not ours. */
    UNSAFE,
    /** An earlier failure left it unusable until it is opened afresh. */
    FAILED
  }

  private final Reason reason;

  /** Creates one with a message that names the journal and what to do. */
  public JournalException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Creates one with its cause. */
  public JournalException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Returns why. */
  public Reason reason() {
    return reason;
  }
}
