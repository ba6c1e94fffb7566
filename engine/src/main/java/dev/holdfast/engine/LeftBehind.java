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
  private static final Duration BEFORE_SAYING_SO = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(2);

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
    try {
      return processes.survivors(ours);
    } catch (IOException _) {
      return List.of();
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
