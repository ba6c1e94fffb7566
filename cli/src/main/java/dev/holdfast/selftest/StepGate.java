package dev.holdfast.selftest;

import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.Interceptor;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts a process's steps. At the chosen one it says so, and nothing of the process goes on:
 * whoever waits for the message kills it with SIGKILL. Every other thread stops at its next step.
 */
@SuppressWarnings("ReferenceEquality") // the call itself is meant, not one like it
public final class StepGate implements Interceptor {
  static final String AT = "at ";
  static final String END = "end ";
  static final String STEP = "step ";
  static final String DECIDED = "decided ";
  static final String UNDECIDED = "undecided ";

  private static final String ALL = "all";
  private static final String HALF = "half";
  private static final String COMMIT_POINT = "/go";

  private final Consumer<String> messages;
  private final int step;
  private final boolean isHalf;
  private final boolean tellsAll;
  private int count;
  private boolean decided;
  private @Nullable Call halved;

  /**
   * Creates a gate.
   *
   * @param stop the step, perhaps with {@code half} after it; or {@code all} to be told of each and
   *     to be stopped at none
   * @param messages where lines go; each must have gone when it returns
   */
  public StepGate(String stop, Consumer<String> messages) {
    this.messages = messages;
    this.tellsAll = stop.equals(ALL);
    this.isHalf = stop.endsWith(HALF);
    this.step =
        tellsAll ? 0 : Integer.parseInt(isHalf ? stop.substring(0, stop.length() - 4) : stop);
  }

  /** Returns the argument of a gate that tells of each step. */
  static String all() {
    return ALL;
  }

  @Override
  public synchronized void before(Call call) {
    if (!call.verb().isStep()) {
      return;
    }
    count++;
    if (tellsAll) {
      messages.accept(STEP + call);
    }
    if (count == step) {
      if (isHalf) {
        halved = call;
      } else {
        stop(call);
      }
    }
  }

  @Override
  public synchronized int firstPart(Call call, int length) {
    return call == halved ? length / 2 : length;
  }

  @Override
  public synchronized void halfWritten(Call call) {
    stop(call);
  }

  @Override
  public synchronized void after(Call call, Optional<DiskException> failure) {
    Verb verb = call.verb();
    if (failure.isEmpty()
        && (verb == Verb.RENAME || verb == Verb.RENAME_OVER)
        && unquoted(call.detail().toString()).endsWith(COMMIT_POINT)) {
      decided = true;
    }
    if (call == halved) {
      stop(call); // a write of one byte has no half
    }
  }

  private static String unquoted(String path) {
    return path.endsWith("\"") ? path.substring(0, path.length() - 1) : path;
  }

  /** Holds the monitor, so that no other thread gets further than its next step. */
  private void stop(Call call) {
    messages.accept(AT + decision() + call);
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException _) {
        // Only SIGKILL ends this.
      }
    }
  }

  /** Says that the process has come to its end. */
  public synchronized void ended(int exit) {
    messages.accept(END + decision() + count + " " + exit);
  }

  private String decision() {
    return decided ? DECIDED : UNDECIDED;
  }
}
