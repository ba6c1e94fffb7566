package dev.holdfast.selftest.power;

import dev.holdfast.disk.DiskException;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Interceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Marks each change that is to be seen in the trees, and the barriers, in the device's log, and
 * waits a little after a visible change: so a neighbour's sync falls between two of them, as it
 * does in updates that are longer.
 */
final class StepMarks implements Interceptor {
  private static final String CONTROL = "/.holdfast/";
  private static final long PAUSE = 3;

  private final Rig rig;
  private final String state;

  StepMarks(Rig rig, String state) {
    this.rig = rig;
    this.state = state + "/";
  }

  @Override
  public void before(Call call) throws DiskException {
    // only what has been done is of interest
  }

  @Override
  public void after(Call call, Optional<DiskException> failure) {
    boolean barrier = call.verb().isBarrier();
    if (failure.isPresent() || !call.verb().isStep() || !(barrier || isVisible(call))) {
      return;
    }
    try {
      rig.mark(barrier ? call.toString() : Workload.STEP + call);
      if (!barrier) {
        Thread.sleep(PAUSE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isVisible(Call call) {
    String path = call.path().toString();
    String other = call.detail().toString();
    boolean outside = !path.contains(CONTROL) && !path.startsWith(state);
    return switch (call.verb()) {
      case EXCHANGE -> true;
      case RENAME, RENAME_OVER -> path.contains(CONTROL) != other.contains(CONTROL);
      default -> outside;
    };
  }
}
