package dev.holdfast.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test sets; between two looks at it a microsecond goes by. */
final class TestClock implements InstantSource {
  private Instant now;

  TestClock(Instant start) {
    now = start;
  }

  @Override
  public Instant instant() {
    now = now.plusNanos(1000);
    return now;
  }

  void advance(Duration time) {
    now = now.plus(time);
  }
}
