package dev.holdfast.journal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is recorded with a change of state.
 *
 * @param at when
 * @param reason why, where it is not the plain course of things
 * @param recovered whether recovery wrote it, not the transaction's own process
 * @param level the level that the transaction really had (L1, L2, L3), where known
 * @param exposureMicros microseconds from the first to the last visible change, or -1
 * @param renames visible changes in that time, or -1
 * @param barrier how it was made durable ({@code syncfs} …), where known
 * @param notes paths where somebody else's change was met, and what was done with it
 */
public record Outcome(
    Instant at,
    @Nullable String reason,
    boolean recovered,
    @Nullable String level,
    long exposureMicros,
    int renames,
    @Nullable String barrier,
    List<String> notes) {

  /** Copies the list. */
  public Outcome {
    notes = List.copyOf(notes);
  }

  /** Creates one of which it is not known how it was made durable. */
  public Outcome(
      Instant at,
      @Nullable String reason,
      boolean recovered,
      @Nullable String level,
      long exposureMicros,
      int renames,
      List<String> notes) {
    this(at, reason, recovered, level, exposureMicros, renames, null, notes);
  }

  /** Returns an outcome with nothing but its time and reason. */
  public static Outcome because(Instant at, @Nullable String reason) {
    return new Outcome(at, reason, false, null, -1, -1, List.of());
  }

  /** Returns this outcome as recorded by recovery. */
  public Outcome byRecovery() {
    return new Outcome(at, reason, true, level, exposureMicros, renames, barrier, notes);
  }
}
