package dev.holdfast.testing.proof;

import com.google.common.base.Splitter;
import dev.holdfast.disk.DiskError;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.testing.Fault;
import dev.holdfast.testing.FaultPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A failure to be tried, and its text for a command line: {@code step17:IO:LOST_PAGES}, {@code
 * call17:IO:NONE} for the 17th call of any kind, {@code from17:READ_ONLY:NONE} for all steps from
 * the 17th on.
 */
record PlannedFault(Kind kind, int number, Fault fault) {
  enum Kind {
    STEP,
    CALL,
    FROM
  }

  private static final List<DiskError> ERRORS =
      List.of(
          DiskError.IO, DiskError.NO_SPACE, DiskError.QUOTA, DiskError.DENIED, DiskError.READ_ONLY);

  /** Returns all failures worth trying at one step. */
  static List<PlannedFault> atStep(int number, Call call) {
    List<PlannedFault> faults = new ArrayList<>();
    for (DiskError error : ERRORS) {
      faults.add(new PlannedFault(Kind.STEP, number, Fault.of(error)));
    }
    if (call.verb() == Call.Verb.WRITE) {
      faults.add(
          new PlannedFault(
              Kind.STEP, number, new Fault(DiskError.NO_SPACE, Fault.Damage.PARTIAL, number)));
    }
    if (call.verb().isBarrier()) {
      for (Fault.Damage damage :
          List.of(Fault.Damage.LOST_PAGES, Fault.Damage.SOME_PAGES, Fault.Damage.LOST_EVERYTHING)) {
        faults.add(new PlannedFault(Kind.STEP, number, new Fault(DiskError.IO, damage, number)));
      }
    }
    faults.add(new PlannedFault(Kind.FROM, number, Fault.of(DiskError.READ_ONLY)));
    faults.add(new PlannedFault(Kind.FROM, number, Fault.of(DiskError.IO)));
    faults.add(new PlannedFault(Kind.FROM, number, Fault.of(DiskError.NO_SPACE)));
    return faults;
  }

  /**
   * Returns whether nothing can be written any more until a reboot. A file system that lost
   * metadata stops: ext4 aborts its journal, xfs shuts down, btrfs aborts its transaction.
   */
  boolean isFatal() {
    return fault.damage() == Fault.Damage.LOST_EVERYTHING;
  }

  private static FaultPlan readOnlyAfter(FaultPlan first) {
    boolean[] stopped = {false};
    return call -> {
      if (stopped[0]) {
        return call.verb().isStep() ? Optional.of(Fault.of(DiskError.READ_ONLY)) : Optional.empty();
      }
      Optional<Fault> found = first.faultOf(call);
      stopped[0] = found.isPresent();
      return found;
    };
  }

  FaultPlan plan() {
    return isFatal() ? readOnlyAfter(once()) : once();
  }

  private FaultPlan once() {
    return switch (kind) {
      case STEP -> FaultPlan.atStep(number, fault);
      case CALL -> FaultPlan.atCall(number, fault);
      case FROM -> FaultPlan.fromStep(number, fault.error());
    };
  }

  static PlannedFault parse(String text) {
    List<String> parts = Splitter.on(':').splitToList(text);
    for (Kind kind : Kind.values()) {
      String word = kind.name().toLowerCase(java.util.Locale.ROOT);
      if (parts.getFirst().startsWith(word)) {
        int number = Integer.parseInt(parts.getFirst().substring(word.length()));
        Fault fault =
            new Fault(DiskError.valueOf(parts.get(1)), Fault.Damage.valueOf(parts.get(2)), number);
        return new PlannedFault(kind, number, fault);
      }
    }
    throw new IllegalArgumentException("no fault: " + text);
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT)
        + number
        + ":"
        + fault.error()
        + ":"
        + fault.damage();
  }
}
