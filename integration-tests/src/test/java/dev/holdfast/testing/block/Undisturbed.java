package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.StillInUseException;
import java.io.IOException;
import org.opentest4j.TestAbortedException;

/** Skips a test whose file systems somebody else keeps mounted, which shows nothing of Holdfast. */
final class Undisturbed {
  private Undisturbed() {}

  /** A sweep. */
  @FunctionalInterface
  interface Sweep<T> {
    /** Runs it. */
    T run() throws IOException;
  }

  static <T> T run(Sweep<T> sweep) throws IOException {
    try {
      return sweep.run();
    } catch (StillInUseException e) {
      throw new TestAbortedException(e.getMessage(), e);
    }
  }
}
