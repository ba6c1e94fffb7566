package dev.holdfast.selftest.disk;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Host;

/** A disk as it is after a reboot of a machine that in truth runs on. */
public record RebootedDisk(Disk disk, String bootId) implements Disk {

  @Override
  public Directory openDirectory(AbsolutePath path) throws DiskException {
    return disk.openDirectory(path);
  }

  @Override
  public AbsolutePath realPath(AbsolutePath path) throws DiskException {
    return disk.realPath(path);
  }

  @Override
  public Host host() {
    Host host = disk.host();
    return new Host(
        bootId,
        host.machineId(),
        host.hostName(),
        host.userName(),
        host.uid(),
        host.gid(),
        host.loginUid(),
        host.processId());
  }
}
