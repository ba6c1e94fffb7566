package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;

/** The barrier of a simulated file system, over a descriptor of one of its directories. */
final class SimulatedBarrier implements FileSystemSync {
  private final OpenInode directory;
  private int errorsSeen;

  SimulatedBarrier(SimulatedProcess process, int volume, long directory, AbsolutePath path) {
    this.directory = new OpenInode(process, volume, directory, path);
    this.errorsSeen = process.machine.errorsOf(volume).sample();
  }

  @Override
  public void sync() throws DiskException {
    Call call = directory.call(Verb.SYNC_FILE_SYSTEM, null, "");
    Machine machine = directory.machine;
    int volume = directory.volumeIndex();
    directory.process.call(
        call,
        () -> {
          machine.change(volume, machine.volume(volume).afterFullSync());
          WritebackErrors errors = machine.errorsOf(volume);
          if (errors.isNews(errorsSeen)) {
            errorsSeen = errors.current();
            throw OpenInode.failed(DiskError.IO, call);
          }
          return true;
        },
        fault -> {
          Barriers.failAll(machine, volume, fault);
          WritebackErrors errors = machine.errorsOf(volume);
          if (errors.isNews(errorsSeen)) {
            errorsSeen = errors.current();
          }
        });
  }

  @Override
  public void close() {
    directory.close();
  }
}
