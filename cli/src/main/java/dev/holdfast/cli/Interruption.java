package dev.holdfast.cli;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an update when a signal asks the program to end: before its commit point it is
 * rolled back, and the exit status is the signal's (130, 143); after it, it is completed, and the
 * exit status is the update's, so that nobody takes it for undone.
 */
final class Interruption {
  private final List<Runnable> cancellations = new CopyOnWriteArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable ExitCode exit;
  private volatile int status;

  /** Begins to listen. */
  void install() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::endUpdate, "interruption"));
  }

  /** Says that something has begun that {@code cancellation} stops as far as it may be stopped. */
  void guard(Runnable cancellation) {
    cancellations.add(cancellation);
  }

  /** Says that the program is through, all its output included. */
  void finished(ExitCode result, int exitStatus) {
    status = exitStatus;
    exit = result;
    over.countDown();
  }

  /** The shutdown hook: runs after a signal, and after every other end, when nothing is left. */
  private void endUpdate() {
    if (cancellations.isEmpty() || exit != null) {
      return;
    }
    cancellations.forEach(Runnable::run);
    try {
      over.await(); // as long as a commit takes: past its commit point it is not left half applied
    } catch (InterruptedException _) {
      return; // whoever interrupts a shutdown wants it over
    }
    ExitCode result = exit;
    if (result != null && result != ExitCode.FAILED) {
      Runtime.getRuntime().halt(status);
    }
  }
}
