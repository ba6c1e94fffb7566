package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Host;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.testing.Machine.Mount;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A disk in memory as one process sees it: file systems that behave as Linux' do, until the process
 * is killed or the power goes. {@code docs/crash-model.md} says what a power cut may undo.
 *
 * <p>Other processes on the same machine come from {@link #newProcess}; a killed one throws {@link
 * ProcessKilled} from every call. Strict by default: what no barrier has covered can be lost, alone
 * and out of order. Everything is deterministic, the time as well: it passes by a fixed tick a
 * step.
 */
public final class SimulatedDisk implements Disk {
  private static final String MACHINE = "5eed5eed5eed5eed5eed5eed5eed5eed";

  private final Machine machine;
  private final SimulatedProcess process;

  SimulatedDisk(Machine machine) {
    this.machine = machine;
    this.process = new SimulatedProcess(machine);
  }

  /** Returns a builder of a machine with an empty root file system. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Directory openDirectory(AbsolutePath path) throws DiskException {
    return process.call(
        new Call(Call.Verb.OPEN, path, null, ""),
        () -> {
          PathWalk walk = new PathWalk(machine, path);
          if (!walk.isDirectory()) {
            throw new DiskException(DiskError.NOT_DIRECTORY, "open", path.toString());
          }
          return new SimulatedDirectory(process, walk.volume(), walk.inode(), walk.path());
        });
  }

  @Override
  public AbsolutePath realPath(AbsolutePath path) throws DiskException {
    return process.call(
        new Call(Call.Verb.OPEN, path, null, "real path"),
        () -> new PathWalk(machine, path).path());
  }

  @Override
  public Host host() {
    process.checkAlive();
    return new Host(
        new UUID(0x5eed, machine.state().boot()).toString(),
        machine.state().machineId(),
        "simulated",
        "root",
        0,
        0,
        -1,
        process.number);
  }

  /** Returns the machine's time. */
  public InstantSource clock() {
    return () -> guarded(() -> machine.state().now());
  }

  /** Lets time pass. */
  public void advance(Duration time) {
    run(() -> machine.passTime(time));
  }

  /** Returns the same disk as another living process sees it. */
  public SimulatedDisk newProcess() {
    return guarded(() -> new SimulatedDisk(machine));
  }

  /** Kills this process and returns the disk as a new one finds it: what was cached still is. */
  public SimulatedDisk kill() {
    return guarded(() -> {
      process.die("kill()");
      return new SimulatedDisk(machine);
    });
  }

  /** Cuts the power, which ends every process, and returns the disk after the reboot. */
  public SimulatedDisk powerCut(PowerCut cut) {
    return guarded(() -> {
      MachineState left = machine.state().withoutProcesses().afterPowerCut(cut);
      machine.endProcesses(cut.toString());
      return new SimulatedDisk(machine.in(left));
    });
  }

  /** Returns a disk of its own in the same state, as a new process finds it. */
  public SimulatedDisk fork() {
    return guarded(() -> new SimulatedDisk(machine.in(machine.state().withoutProcesses())));
  }

  /**
   * Returns a disk of its own like this one, but with a file system as {@code other} has it: as
   * after a restore from a backup.
   */
  public SimulatedDisk restored(String mountPoint, SimulatedDisk other) {
    Volume volume = other.volumes().get(other.guarded(() -> other.indexOf(mountPoint)));
    return guarded(() ->
        new SimulatedDisk(
            machine.in(machine.state().with(indexOf(mountPoint), volume).withoutProcesses())));
  }

  /** Returns a disk of its own like this one, moved to another machine. */
  public SimulatedDisk onMachine(String machineId) {
    return guarded(() ->
        new SimulatedDisk(machine.in(machine.state().withoutProcesses().onMachine(machineId))));
  }

  /** Plans the death of this process; its next step is step 1. */
  public void plan(CrashPlan plan) {
    run(() -> process.plan(plan));
  }

  /** Plans failures of this process's calls, from the next one on. */
  public void plan(FaultPlan plan) {
    run(() -> process.plan(plan));
  }

  /**
   * Returns the disk after the crash that was planned for this process, and which has come.
   *
   * @throws IllegalStateException if the process lives, because it made too few steps
   */
  public SimulatedDisk afterCrash() {
    return guarded(() -> {
      CrashPlan plan = process.crashPlan();
      if (plan == null || !process.isDead()) {
        throw new IllegalStateException("no crash yet: " + plan);
      }
      return plan.powerCut().map(this::powerCut).orElseGet(() -> new SimulatedDisk(machine));
    });
  }

  /** Returns whether this process is dead. */
  public boolean isDead() {
    return guarded(process::isDead);
  }

  /** Returns the steps of this process so far. */
  public List<Call> trace() {
    return guarded(process::trace);
  }

  /** Begins to record every step of every process of this machine. */
  public History record() {
    return guarded(() -> {
      History history = new History(machine);
      machine.history = history;
      return history;
    });
  }

  /**
   * Remembers in the recording that something was so from now on, such as a commit acknowledged.
   * Does nothing if nobody records.
   */
  public void note(Object what) {
    run(() -> {
      if (machine.history != null) {
        machine.history.note(what);
      }
    });
  }

  /** Makes all that was ever done durable, on every file system; not a step. */
  public void settle() {
    run(() -> {
      for (int i = 0; i < machine.state().volumes().size(); i++) {
        machine.change(i, machine.volume(i).afterFullSync());
      }
    });
  }

  /** Returns the number of changes that no barrier has covered yet. */
  public int pendingChanges() {
    return guarded(() -> machine.state().volumes().stream().mapToInt(Volume::pendingCount).sum());
  }

  /**
   * Fails the kernel's own write-back of a file system: pages of all its dirty files are lost, and
   * nobody has been told yet.
   */
  public void loseDirtyPages(String mountPoint) {
    Fault fault = new Fault(DiskError.IO, Fault.Damage.LOST_PAGES, 0);
    run(() -> Barriers.failAll(machine, indexOf(mountPoint), fault));
  }

  /** Changes the facts of a file system, such as its room, by its mount point. */
  public void change(String mountPoint, UnaryOperator<VolumeFacts> change) {
    run(() -> {
      int index = indexOf(mountPoint);
      Volume volume = machine.volume(index);
      machine.change(index, volume.withFacts(change.apply(volume.facts())));
    });
  }

  private int indexOf(String mountPoint) {
    AbsolutePath path = AbsolutePath.of(mountPoint);
    List<Volume> volumes = machine.state().volumes();
    for (int i = 0; i < volumes.size(); i++) {
      if (volumes.get(i).facts().mountPoint().equals(path)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no file system has the mount point " + path);
  }

  /** Returns what this process has open: a test's end asks that it is nothing. */
  public List<String> openHandles() {
    return guarded(() -> process.open().stream().map(OpenInode::toString).toList());
  }

  List<Volume> volumes() {
    return guarded(() -> machine.state().volumes());
  }

  private <T> T guarded(Supplier<T> action) {
    machine.guard.lock();
    try {
      return action.get();
    } finally {
      machine.guard.unlock();
    }
  }

  private void run(Runnable action) {
    machine.guard.lock();
    try {
      action.run();
    } finally {
      machine.guard.unlock();
    }
  }

  /** Builds a machine with its file systems. */
  public static final class Builder {
    private final List<VolumeFacts> volumes = new ArrayList<>();
    private CrashModel model = CrashModel.STRICT;
    private Instant start = Instant.parse("2026-01-01T00:00:00Z");
    private Duration tick = Duration.ofMillis(1);
    private Duration granularity = Duration.ofMillis(4);

    private Builder() {
      volumes.add(VolumeFacts.at("/"));
    }

    /** Adds a file system, mounted at a path whose directories are made. */
    public Builder mount(String path) {
      return mount(VolumeFacts.at(path));
    }

    /** Adds a file system, or changes the root file system. */
    public Builder mount(VolumeFacts facts) {
      if (facts.mountPoint().equals(AbsolutePath.ROOT)) {
        volumes.set(0, facts);
      } else {
        volumes.add(facts);
      }
      return this;
    }

    /** Sets what a power cut may undo. */
    public Builder model(CrashModel newModel) {
      model = newModel;
      return this;
    }

    /** Sets the time at the start, and how far each step moves it. */
    public Builder clock(Instant newStart, Duration newTick) {
      start = newStart;
      tick = newTick;
      return this;
    }

    /** Sets how coarse the times of inodes are. */
    public Builder timestampGranularity(Duration step) {
      granularity = step;
      return this;
    }

    /** Returns the machine's disk as its first process sees it. */
    public SimulatedDisk build() {
      List<Volume> formatted = new ArrayList<>();
      for (VolumeFacts facts : volumes) {
        formatted.add(Volume.formatted(facts, model, Image.formatted(start)));
      }
      List<Mount> mounts = new ArrayList<>();
      mounts.add(new Mount(0, 0));
      MachineState state = new MachineState(List.copyOf(formatted), start, MACHINE, 1, 0);
      Machine machine = new Machine(state, mounts, tick, granularity);
      for (int i = 1; i < volumes.size(); i++) {
        Mount mount = MountPoints.make(machine, volumes.get(i).mountPoint());
        mounts.add(mount);
        machine = new Machine(machine.state(), mounts, tick, granularity);
      }
      SimulatedDisk disk = new SimulatedDisk(machine);
      disk.settle();
      return disk;
    }
  }
}
