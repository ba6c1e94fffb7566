package dev.holdfast.cli;

import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.failure.RolledBackException;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What the program's exit status says. */
enum ExitCode {
  /** Done, or nothing to do. */
  DONE(0),
  /** Failed, and everything is as it was. */
  FAILED(1),
  /** The command line itself is wrong. */
  USAGE(2),
  /** Busy or in conflict; nothing changed. */
  CONFLICT(3),
  /** A transaction is pending that could not be recovered. */
  PENDING(4),
  /** The question could not be answered. */
  UNANSWERED(5);

  /** What a command is for: where a failure has no meaning of its own, it depends on that. */
  enum Purpose {
    /** To know something; nothing is changed anyway. */
    QUESTION,
    /** To change something. */
    UPDATE,
    /** To end what is pending: where that cannot even be looked at, nobody says that nothing is. */
    RECOVERY
  }

  /** What a command that wraps another one exits with when it fails itself. */
  static final int OF_WRAPPER = 125;

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /** Returns the exit status. */
  int number() {
    return number;
  }

  /** Returns what {@code failure} of a command with this purpose means. */
  static ExitCode of(Throwable failure, Purpose purpose) {
    return switch (failure) {
      case UsageException _ -> USAGE;
      case HoldfastException e -> of(e, purpose);
      case JournalException e -> of(e.reason());
      case UncheckedIOException _ -> failed(purpose);
      case IOException _ -> failed(purpose);
      default -> UNANSWERED; // a fault in the program: how things stand is not known
    };
  }

  private static ExitCode of(HoldfastException failure, Purpose purpose) {
    return switch (failure) {
      case ConflictException _, BusyException _ -> CONFLICT;
      case RefusedException _, RolledBackException _ -> unchanged(purpose);
      case InDoubtException _ -> PENDING;
    };
  }

  private static ExitCode of(JournalException.Reason reason) {
    return switch (reason) {
      case BUSY -> CONFLICT;
      case DAMAGED, NEWER, LOST, UNSAFE, FAILED -> UNANSWERED;
    };
  }

  private static ExitCode unchanged(Purpose purpose) {
    return switch (purpose) {
      case QUESTION -> UNANSWERED;
      case UPDATE, RECOVERY -> FAILED;
    };
  }

  private static ExitCode failed(Purpose purpose) {
    return switch (purpose) {
      case QUESTION, RECOVERY -> UNANSWERED;
      case UPDATE -> FAILED;
    };
  }
}
