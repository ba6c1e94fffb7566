package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;

/** The contract of every disk, on the simulated one. */
final class SimulatedDiskTest extends DiskContract {
  private final SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();

  @Override
  public Disk disk() {
    return disk;
  }

  @Override
  public AbsolutePath folder() {
    return AbsolutePath.of("/srv");
  }
}
