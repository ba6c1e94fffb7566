package dev.holdfast.testing;

import dev.holdfast.selftest.disk.Call;
import java.util.List;
import java.util.Optional;

/**
 * One run of a {@link FaultSweep}: which call failed, and what became of the run and the machine.
 *
 * @param fault how the call failed
 * @param call the call
 * @param failure what the run threw, or empty if it ended as if nothing had happened
 * @param powerCut what came afterwards: the process ended, or the power went as well
 * @param notes what had been {@linkplain SimulatedDisk#note noted}
 */
public record FaultedRun(
    Fault fault,
    Call call,
    Optional<Exception> failure,
    Optional<PowerCut> powerCut,
    List<Object> notes) {

  /** Copies the list. */
  public FaultedRun {
    notes = List.copyOf(notes);
  }

  /** Returns whether {@code what} had been noted. */
  public boolean hasNoted(Object what) {
    return notes.contains(what);
  }
}
