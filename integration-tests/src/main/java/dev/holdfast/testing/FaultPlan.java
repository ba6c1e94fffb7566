package dev.holdfast.testing;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Interceptor;
import java.util.Optional;
import java.util.function.Predicate;

/** Decides which calls of a process fail. Asked for each call, in order, before its effect. */
@FunctionalInterface
public interface FaultPlan {

  /** The plan of a disk without faults. */
  FaultPlan NONE = _ -> Optional.empty();

  /** Returns how {@code call} fails, or empty if it does not. */
  Optional<Fault> faultOf(Call call);

  /** Returns what fails the calls of any disk by this plan, without any effect. */
  default Interceptor interceptor() {
    return call -> {
      Fault fault = faultOf(call).orElse(null);
      if (fault != null) {
        throw new DiskException(
            fault.error(), call.verb().text(), call.path().toString(), "planned fault");
      }
    };
  }

  /** Returns the plan by which the {@code n}-th step (counted from 1) fails, and no other. */
  static FaultPlan atStep(int n, Fault fault) {
    return nth(n, call -> call.verb().isStep(), fault);
  }

  /** Returns the plan by which the {@code n}-th call of any kind fails, and no other. */
  static FaultPlan atCall(int n, Fault fault) {
    return nth(n, _ -> true, fault);
  }

  /** Returns the plan by which the {@code n}-th barrier fails, and no other. */
  static FaultPlan atBarrier(int n, Fault fault) {
    return nth(n, call -> call.verb().isBarrier(), fault);
  }

  /** Returns the plan by which the {@code n}-th of the calls in {@code which} fails. */
  static FaultPlan nth(int n, Predicate<Call> which, Fault fault) {
    int[] count = {0};
    return call -> which.test(call) && ++count[0] == n ? Optional.of(fault) : Optional.empty();
  }

  /** Returns the plan by which the {@code n}-th step and every later one fails. */
  static FaultPlan fromStep(int n, DiskError error) {
    int[] count = {0};
    return call ->
        call.verb().isStep() && ++count[0] >= n ? Optional.of(Fault.of(error)) : Optional.empty();
  }
}
