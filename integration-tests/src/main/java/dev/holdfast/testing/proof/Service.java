package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Interceptor;
import dev.holdfast.testing.SimulatedDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A service that writes to a file of its own in each root while the engine works, and syncs it now
 * and then: then a journalling file system commits, with what the engine has done so far.
 */
final class Service implements Interceptor {
  /** Its file, which belongs to no transaction and is not compared. */
  static final String FILE = "service.log";

  private static final int EVERY = 6;

  private final SimulatedDisk disk;
  private final List<AbsolutePath> roots;
  private int calls;

  Service(SimulatedDisk disk, List<AbsolutePath> roots) {
    this.disk = disk;
    this.roots = roots;
  }

  @Override
  public void before(Call call) throws DiskException {
    if (++calls % EVERY != 0) {
      return;
    }
    AbsolutePath root = roots.get(calls / EVERY % roots.size());
    try (Directory directory = disk.openDirectory(root);
        DiskFile file = directory.openToWrite(EntryName.of(FILE))) {
      file.write(0, ByteBuffer.wrap(("" + calls).getBytes(StandardCharsets.UTF_8)));
      if (calls % (3 * EVERY) == 0) {
        file.sync();
      }
    }
  }
}
