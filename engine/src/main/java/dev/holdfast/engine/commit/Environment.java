package dev.holdfast.engine.commit;

import dev.holdfast.disk.Disk;
import dev.holdfast.journal.TransactionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What the engine takes from its surroundings: the disk, the time, new identities, and waiting.
 *
 * @param disk the disk and its host
 * @param clock the wall clock
 * @param random for new identities
 * @param pause waits; a test's does not
 */
public record Environment(Disk disk, InstantSource clock, SecureRandom random, Pause pause) {

  /** Waits a while. */
  @FunctionalInterface
  public interface Pause {
    /** Returns after about this time, or earlier if the thread is interrupted. */
    void sleep(Duration time);
  }

  /** Returns the surroundings of a real machine. */
  public static Environment of(Disk disk) {
    return new Environment(disk, InstantSource.system(), new SecureRandom(), Environment::sleep);
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns a new transaction's identity. */
  public TransactionId newId() {
    return TransactionId.random(clock.instant(), random);
  }
}
