package dev.holdfast.selftest.disk;

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

  /**
   * Returns how many of the {@code length} bytes of a write are written first, in a call of their
   * own: all, unless somebody wants to be told in {@link #halfWritten}.
   */
  default int firstPart(Call call, int length) {
    return length;
  }

  /** Is told that the first part of a write was written, and the other was not. */
  default void halfWritten(Call call) {}
}
