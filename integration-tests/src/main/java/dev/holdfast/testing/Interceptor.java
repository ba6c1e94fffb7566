package dev.holdfast.testing;

import dev.holdfast.disk.DiskException;
import java.util.Optional;

/** Is asked before, and told after, every call that goes through an {@link InterceptedDisk}. */
@FunctionalInterface
public interface Interceptor {

  /**
   * Is asked before a call.
   *
   * @throws DiskException to make the call fail without effect
   */
  void before(Call call) throws DiskException;

  /** Is told that the call was made, and why it failed, if it did. */
  default void after(Call call, Optional<DiskException> failure) {}

  /** Returns the interceptor that fails calls by plan, without any effect. */
  static Interceptor failing(FaultPlan plan) {
    return call -> {
      Fault fault = plan.faultOf(call).orElse(null);
      if (fault != null) {
        throw new DiskException(
            fault.error(), call.verb().text(), call.path().toString(), "planned fault");
      }
    };
  }
}
