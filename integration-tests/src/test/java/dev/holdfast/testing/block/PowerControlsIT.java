package dev.holdfast.testing.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.PowerFigures;
import dev.holdfast.selftest.power.PowerSweep;
import dev.holdfast.selftest.power.Rig;
import dev.holdfast.selftest.power.Shell;
import dev.holdfast.testing.block.Controls.Control;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The rig must be able to fail: what is known to be wrong is caught, what is known to be right is
 * not. For more states: {@code ./verify --campaign power --only controls}.
 */
final class PowerControlsIT {
  private static final int SAFE = 24;

  /** Ends at the first violation; so many without one would be a chance of one in millions. */
  private static final int CAUGHT = 240;

  static List<Control> controls() {
    return Controls.all();
  }

  @ParameterizedTest
  @MethodSource("controls")
  @SuppressWarnings("SystemOut")
  void comesOutAsItIsKnownTo(Control control) throws IOException {
    Rig.missing(control.kind()).ifPresent(why -> assumeTrue(false, why));
    control.missing().ifPresent(why -> assumeTrue(false, why));
    PowerSweep.Effort effort =
        control.isCaught() ? PowerSweep.Effort.untilViolation(CAUGHT) : PowerSweep.Effort.of(SAFE);
    PowerFigures figures =
        Undisturbed.run(() ->
            PowerSweep.run(
                control.kind(), control.workload(), effort, 1, PowerSweep.Watch.NOTHING));
    System.out.println("control: " + control + ": " + figures.summary());
    if (control.isCaught()) {
      assertThat(figures.violations()).isNotEmpty();
    } else {
      assertThat(figures.violations()).isEmpty();
    }
  }

  @Test
  void keepsTheDeviceOfABrokenPromise() throws IOException {
    Rig.missing(BlockFileSystem.EXT4).ifPresent(why -> assumeTrue(false, why));
    PowerFigures figures =
        Undisturbed.run(() ->
            PowerSweep.run(
                BlockFileSystem.EXT4,
                FileControl.NO_DIRECTORY_FSYNC,
                PowerSweep.Effort.untilViolation(CAUGHT),
                1,
                PowerSweep.Watch.KEEPING));
    String where = figures.violations().getFirst().lines().reduce((_, last) -> last).orElseThrow();
    Path folder = Path.of(where.substring(where.lastIndexOf(' ') + 1));
    Path device = folder.resolve("d0");
    assertThat(where).contains("kept in /");
    assertThat(Shell.succeed("blkid", "-p", device.toString())).contains("ext4");
    Files.delete(device);
    Files.delete(folder);
  }
}
