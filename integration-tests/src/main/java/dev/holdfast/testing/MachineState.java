package dev.holdfast.testing;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * All that outlives a process: the file systems with their caches, and the time. Immutable, so that
 * a snapshot costs nothing.
 *
 * @param machineId the machine's id, which outlives reboots
 * @param boot counts the boots
 * @param processes counts the processes
 */
record MachineState(List<Volume> volumes, Instant now, String machineId, int boot, long processes) {
  private static final Duration REBOOT = Duration.ofMinutes(1);

  Volume volume(int index) {
    return volumes.get(index);
  }

  MachineState with(int index, Volume volume) {
    List<Volume> changed = new ArrayList<>(volumes);
    changed.set(index, volume);
    return new MachineState(List.copyOf(changed), now, machineId, boot, processes);
  }

  MachineState later(Duration time) {
    return new MachineState(volumes, now.plus(time), machineId, boot, processes);
  }

  MachineState onMachine(String otherId) {
    return new MachineState(volumes, now, otherId, boot, processes);
  }

  MachineState withProcess() {
    return new MachineState(volumes, now, machineId, boot, processes + 1);
  }

  /** Returns this after all processes ended: files that only they kept are gone. */
  MachineState withoutProcesses() {
    List<Volume> changed = new ArrayList<>(volumes.size());
    for (Volume volume : volumes) {
      changed.add(volume.withoutOrphans(_ -> false));
    }
    return new MachineState(List.copyOf(changed), now, machineId, boot, processes);
  }

  MachineState afterPowerCut(PowerCut cut) {
    Survival survival = new Survival(cut);
    List<Volume> changed = new ArrayList<>(volumes.size());
    for (Volume volume : volumes) {
      changed.add(volume.afterPowerCut(survival));
    }
    return new MachineState(List.copyOf(changed), now.plus(REBOOT), machineId, boot + 1, processes);
  }
}
