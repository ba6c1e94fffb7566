package dev.holdfast.engine.commit;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.LockMode;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.HoldfastException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The locks of several roots, taken all or none, in the order given (canonical: by path). If one is
 * refused, all are let go before the next try, so that two writers, or a writer and a gate inside a
 * gate, cannot wait for each other.
 */
public final class RootLocks implements AutoCloseable {
  /** Asked while waiting, and at points where stopping is still free; throws to stop. */
  @FunctionalInterface
  public interface Checkpoint {
    /** Never stops. */
    Checkpoint NONE = () -> {};

    /** Throws if the transaction shall not go on. */
    void check() throws HoldfastException;
  }

  private static final Duration STEP = Duration.ofMillis(10);

  private final List<DiskLock> locks;

  private final Kind kind;

  private RootLocks(Kind kind, List<DiskLock> locks) {
    this.kind = kind;
    this.locks = locks;
  }

  /** Which lock of a control directory. */
  enum Kind {
    WRITER,
    GATE
  }

  /** Takes the writer's locks; see {@link #take}. */
  public static RootLocks takeWriters(
      List<ControlDirectory> controls,
      Duration limit,
      String signature,
      Environment environment,
      Checkpoint checkpoint)
      throws DiskException, HoldfastException {
    return take(Kind.WRITER, controls, limit, signature, environment, checkpoint);
  }

  /** Takes the gates, exclusively; see {@link #take}. */
  public static RootLocks takeGates(
      List<ControlDirectory> controls,
      Duration limit,
      Environment environment,
      Checkpoint checkpoint)
      throws DiskException, HoldfastException {
    return take(Kind.GATE, controls, limit, "", environment, checkpoint);
  }

  /**
   * Takes the locks within {@code limit}; a limit of zero tries once.
   *
   * @param checkpoint asked between two tries
   * @param signature what to write into a writer's lock, so that others can name its holder
   * @throws BusyException if somebody else held one of them all the time
   */
  static RootLocks take(
      Kind kind,
      List<ControlDirectory> controls,
      Duration limit,
      String signature,
      Environment environment,
      Checkpoint checkpoint)
      throws DiskException, HoldfastException {
    Instant start = environment.clock().instant();
    while (true) {
      List<DiskLock> taken = new ArrayList<>();
      ControlDirectory refused = tryAll(kind, controls, taken);
      if (refused == null) {
        if (kind == Kind.WRITER) {
          for (DiskLock lock : taken) {
            ControlDirectory.sign(lock, signature);
          }
        }
        return new RootLocks(kind, taken);
      }
      taken.forEach(DiskLock::close);
      if (Duration.between(start, environment.clock().instant()).compareTo(limit) >= 0) {
        throw busy(kind, refused);
      }
      checkpoint.check();
      environment.pause().sleep(STEP);
    }
  }

  private static @org.jspecify.annotations.Nullable ControlDirectory tryAll(
      Kind kind, List<ControlDirectory> controls, List<DiskLock> taken) throws DiskException {
    try {
      for (ControlDirectory control : controls) {
        Optional<DiskLock> lock =
            switch (kind) {
              case WRITER -> control.tryLock();
              case GATE -> control.tryGate(LockMode.EXCLUSIVE);
            };
        if (lock.isEmpty()) {
          return control;
        }
        taken.add(lock.get());
      }
      return null;
    } catch (DiskException e) {
      taken.forEach(DiskLock::close);
      throw e;
    }
  }

  private static BusyException busy(Kind kind, ControlDirectory control) throws DiskException {
    return switch (kind) {
      case WRITER -> {
        String holder = control.holder();
        yield new BusyException(
            "busy: the writer's lock in " + control.path() + " is held by " + holder, holder);
      }
      case GATE ->
          new BusyException(
              "busy: a reader holds the gate in " + control.path() + "; nothing was changed",
              "a reader");
    };
  }

  @Override
  public void close() {
    if (kind == Kind.WRITER) {
      locks.forEach(ControlDirectory::unsign);
    }
    locks.forEach(DiskLock::close);
  }
}
