package dev.holdfast.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that a test sets; between two looks at it a microsecond goes by. It can end the process,
 * as far as a test can, at a moment when the commit protocol looks at it.
 */
final class TestClock implements InstantSource {
  private Instant now;
  private int looksLeft = -1;

  TestClock(Instant start) {
    now = start;
  }

  /** The process is gone: nothing catches it. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Moments between the steps of a commit. */
  enum Moment {
    /** {@code go} is written, nothing is applied. */
    AFTER_GO(1),
    /** Everything is applied, and not durable. */
    AFTER_APPLYING(2);

    private final int looks;

    Moment(int looks) {
      this.looks = looks;
    }
  }

  /** Makes the next commit die. */
  void dieAt(Moment moment) {
    looksLeft = moment.looks;
  }

  @Override
  public Instant instant() {
    if (looksLeft > 0 && isApplying() && --looksLeft == 0) {
      throw new Killed();
    }
    now = now.plusNanos(1000);
    return now;
  }

  private static boolean isApplying() {
    return StackWalker.getInstance()
        .walk(frames -> frames.skip(2).findFirst())
        .filter(frame -> frame.getMethodName().equals("applyAndFinish"))
        .isPresent();
  }

  void advance(Duration time) {
    now = now.plus(time);
  }
}
