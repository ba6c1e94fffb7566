package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.testing.SimulatedDisk;
import java.io.IOException;

/**
 * Opens the engine on a simulated machine, with that machine's time and reproducible identities.
 */
final class Sessions {
  private Sessions() {}

  static Holdfast open(SimulatedDisk disk, AbsolutePath state) throws IOException {
    return open(disk, disk, state);
  }

  /** Opens the engine on {@code disk}, perhaps a decorated view of {@code machine}. */
  static Holdfast open(Disk disk, SimulatedDisk machine, AbsolutePath state) throws IOException {
    long seed = machine.host().processId() * 0x9e3779b97f4a7c15L;
    Environment environment =
        new Environment(disk, machine.clock(), new SeededRandom(seed), machine::advance);
    return Holdfast.openWithoutRecovery(environment, state);
  }
}
