package dev.holdfast.selftest.disk;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.Host;
import dev.holdfast.selftest.disk.Call.Verb;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Any other disk with an {@link Interceptor} at its door: to record what is asked of the real one,
 * to make its calls fail, or to end the process at one of them. Everything is forwarded, and every
 * handle opened through it is intercepted too.
 */
public final class InterceptedDisk implements Disk {
  private final Disk disk;
  private final Gate gate;

  /** Creates the disk that is {@code disk}, asking {@code interceptor} first. */
  public InterceptedDisk(Disk disk, Interceptor interceptor) {
    this.disk = disk;
    this.gate = new Gate(interceptor);
  }

  @Override
  public Directory openDirectory(AbsolutePath path) throws DiskException {
    return gate.call(
        new Call(Verb.OPEN, path, null, ""),
        () -> new InterceptedDirectory(disk.openDirectory(path), gate, path));
  }

  @Override
  public AbsolutePath realPath(AbsolutePath path) throws DiskException {
    return gate.call(new Call(Verb.OPEN, path, null, "real path"), () -> disk.realPath(path));
  }

  @Override
  public Host host() {
    return disk.host();
  }

  /** Lets calls through. */
  record Gate(Interceptor interceptor) {
    /** A call to forward. */
    interface Forwarded<T> {
      T run() throws DiskException;
    }

    /** A call to forward that returns nothing. */
    interface ForwardedVoid {
      void run() throws DiskException;
    }

    <T> T call(Call call, Forwarded<T> forwarded) throws DiskException {
      interceptor.before(call);
      try {
        T result = forwarded.run();
        interceptor.after(call, Optional.empty());
        return result;
      } catch (DiskException e) {
        interceptor.after(call, Optional.of(e));
        throw e;
      }
    }

    void run(Call call, ForwardedVoid forwarded) throws DiskException {
      call(
          call,
          () -> {
            forwarded.run();
            return true;
          });
    }
  }

  /** A barrier of an intercepted disk. */
  record Barrier(FileSystemSync barrier, Gate gate, AbsolutePath path) implements FileSystemSync {
    @Override
    public void sync() throws DiskException {
      gate.run(new Call(Verb.SYNC_FILE_SYSTEM, path, null, ""), barrier::sync);
    }

    @Override
    public void close() {
      barrier.close();
    }
  }

  /** Where a handle was opened, and the gate its calls go through. */
  record Place(Gate gate, AbsolutePath path) {
    Call call(Verb verb, @Nullable EntryName name, Object detail) {
      return new Call(verb, path, name, detail);
    }

    Place of(EntryName name) {
      return new Place(gate, path.resolve(name));
    }
  }
}
