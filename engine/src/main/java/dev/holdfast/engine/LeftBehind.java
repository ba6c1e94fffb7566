package dev.holdfast.engine;

import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.process.Processes;
import dev.holdfast.process.Processes.Signal;
import dev.holdfast.process.Processes.Survivor;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The processes that a wrapped command leaves behind: nothing is final while they can write. */
final class LeftBehind {
  private static final Duration STEP = Duration.ofMillis(20);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(2);
  private static final Duration BEFORE_SAYING_SO = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(2);

  /**
   * A process that forks and ends while the list of processes is read takes its child out of that
   * list. So often the list must be empty, one time after the other.
   */
  private static final int LOOKS = 3;

  private final Engine engine;
  private final Processes processes;
  private final Duration limit;
  private final WrapListener listener;

  LeftBehind(Engine engine, Processes processes, Duration limit, WrapListener listener) {
    this.engine = engine;
    this.processes = processes;
    this.limit = limit;
    this.listener = listener;
  }

  /** Returns those that are alive, for people. */
  String named(List<Long> ours) {
    return text(survivors(ours));
  }

  private List<Survivor> survivors(List<Long> ours) {
    for (int look = 1; ; look++) {
      List<Survivor> found = processes.survivors(ours);
      if (!found.isEmpty() || look == LOOKS) {
        return found;
      }
      engine.environment().pause().sleep(BETWEEN_LOOKS);
    }
  }

  /**
   * Asks once more, now that nothing can write into the layers any more.
   *
   * @throws RefusedException if somebody is left after all; what it wrote since may be lost
   */
  void requireNone(List<Long> ours) throws RefusedException {
    List<Survivor> found = survivors(ours);
    if (!found.isEmpty()) {
      end(ours);
      throw new RefusedException(
          "still running when the command's changes were to be taken: "
              + text(found)
              + "; they were ended, and nothing was changed");
    }
  }

  /**
   * Asks the kernel whether this process has any child left. Orphans are its children, so this is
   * the proof that nobody got by unseen; for a process without other children, and after the
   * namespace is gone.
   *
   * @throws RefusedException if somebody was left until then
   */
  void requireNone() throws RefusedException {
    if (processes.hadChildren()) {
      end(List.of());
      throw new RefusedException(
          "something was still running when the command's changes were to be taken; it was ended,"
              + " and nothing was changed");
    }
  }

  private static String text(List<Survivor> survivors) {
    return String.join(", ", survivors.stream().map(Survivor::toString).toList());
  }

  /**
   * Waits until they have ended.
   *
   * @throws RefusedException if some have not in time; then they were ended
   */
  void await(List<Long> ours) throws IOException {
    Instant start = engine.environment().clock().instant();
    boolean said = false;
    for (List<Survivor> left = survivors(ours); !left.isEmpty(); left = survivors(ours)) {
      Duration waited = Duration.between(start, engine.environment().clock().instant());
      if (waited.compareTo(limit) >= 0) {
        end(ours);
        throw new RefusedException(
            "still running after the command had ended, for "
                + limit.toSeconds()
                + " s: "
                + text(left)
                + "; they were ended, and nothing was changed");
      }
      if (!said && waited.compareTo(BEFORE_SAYING_SO) >= 0) {
        said = true;
        listener.waiting(left.stream().map(Survivor::toString).toList());
      }
      try {
        engine.checkCancelled();
      } catch (IOException e) {
        end(ours);
        throw e;
      }
      engine.environment().pause().sleep(STEP);
    }
  }

  /** Ends them: what works on files that are going to be dropped must not go on. */
  void end(List<Long> ours) {
    for (Signal signal : List.of(Signal.TERM, Signal.KILL)) {
      Instant start = engine.environment().clock().instant();
      for (List<Survivor> left = survivors(ours); !left.isEmpty(); left = survivors(ours)) {
        left.forEach(survivor -> processes.signal(survivor.process(), signal));
        Duration waited = Duration.between(start, engine.environment().clock().instant());
        if (waited.compareTo(GRACE) >= 0) {
          break;
        }
        engine.environment().pause().sleep(STEP);
      }
    }
  }
}
