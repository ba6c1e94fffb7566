package dev.holdfast.testing;

import dev.holdfast.disk.LockMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The kernel of a simulated machine from boot to power cut: its present state, and what lives only
 * in memory (open descriptors, locks, write-back errors). Everything here is guarded by {@link
 * #guard}.
 */
final class Machine {
  /** Where a volume hangs in the tree: a directory of another volume. */
  record Mount(int onVolume, long onDirectory) {}

  private record Key(int volume, long inode) {}

  private record Held(Object holder, LockMode mode) {}

  private static final long WHOLE_VOLUME = 0;

  final ReentrantLock guard = new ReentrantLock();
  final List<Mount> mounts;
  final Duration tick;
  final Duration granularity;
  @Nullable History history;
  private MachineState state;
  private final List<SimulatedProcess> processes = new ArrayList<>();
  private final Map<Key, Integer> opens = new HashMap<>();
  private final Map<Key, List<Held>> locks = new HashMap<>();
  private final Map<Key, WritebackErrors> errors = new HashMap<>();

  Machine(MachineState state, List<Mount> mounts, Duration tick, Duration granularity) {
    this.state = state;
    this.mounts = List.copyOf(mounts);
    this.tick = tick;
    this.granularity = granularity;
  }

  /** Returns a machine of the same make in another state. */
  Machine in(MachineState other) {
    return new Machine(other, mounts, tick, granularity);
  }

  void started(SimulatedProcess process) {
    processes.add(process);
  }

  void endProcesses(String cause) {
    for (SimulatedProcess process : processes) {
      process.die(cause);
    }
  }

  MachineState state() {
    return state;
  }

  void become(MachineState next) {
    state = next;
  }

  Volume volume(int index) {
    return state.volume(index);
  }

  void change(int index, Volume volume) {
    state = state.with(index, volume);
  }

  void passTime(Duration time) {
    state = state.later(time);
  }

  /** Returns the time as the file systems' clock shows it: coarser than the machine's. */
  Instant timestamp() {
    long step = granularity.toNanos();
    Instant now = state.now();
    return Instant.ofEpochSecond(now.getEpochSecond(), now.getNano() / step * step);
  }

  /** Returns the index of the volume mounted on a directory, or -1. */
  int mountedOn(int volume, long directory) {
    for (int i = 1; i < mounts.size(); i++) {
      Mount mount = mounts.get(i);
      if (mount.onDirectory == directory
          && mount.onVolume == volume
          && state.volume(i).facts().mounted()) {
        return i;
      }
    }
    return -1;
  }

  void opened(int volume, long inode) {
    opens.merge(new Key(volume, inode), 1, Integer::sum);
  }

  void closed(int volume, long inode) {
    opens.computeIfPresent(new Key(volume, inode), (_, n) -> n == 1 ? null : n - 1);
    reap(volume);
  }

  /** Deletes the inodes that neither an entry nor a descriptor keeps any more. */
  void reap(int volume) {
    Volume before = state.volume(volume);
    Volume after = before.withoutOrphans(id -> opens.containsKey(new Key(volume, id)));
    if (after != before) {
      change(volume, after);
    }
  }

  /** Takes an flock(2) lock for a holder that has none there, or returns false. */
  boolean lock(int volume, long inode, Object holder, LockMode mode) {
    List<Held> held = locks.computeIfAbsent(new Key(volume, inode), _ -> new ArrayList<>());
    for (Held each : held) {
      if (mode == LockMode.EXCLUSIVE || each.mode == LockMode.EXCLUSIVE) {
        return false;
      }
    }
    held.add(new Held(holder, mode));
    return true;
  }

  void unlock(int volume, long inode, Object holder) {
    List<Held> held = locks.getOrDefault(new Key(volume, inode), new ArrayList<>());
    held.removeIf(each -> each.holder.equals(holder));
  }

  /** Returns the error memory of a file. */
  WritebackErrors errorsOf(int volume, long inode) {
    return errors.computeIfAbsent(new Key(volume, inode), _ -> new WritebackErrors());
  }

  /** Returns the error memory of a whole file system. */
  WritebackErrors errorsOf(int volume) {
    return errorsOf(volume, WHOLE_VOLUME);
  }
}
