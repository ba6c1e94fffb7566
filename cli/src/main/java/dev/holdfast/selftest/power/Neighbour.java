package dev.holdfast.selftest.power;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Another program on the same file system: changes a file of its own and syncs it, every 5 ms, so
 * that the file system's journal commits at any moment of an update. A process; says by a line on
 * its standard output that it has begun, and ends with its standard input.
 */
public final class Neighbour {
  private static final int PAUSE = 5;

  /** Each so many rounds the whole file system is synced, where it has to be. */
  private static final int ROUNDS = 3;

  private Neighbour() {}

  /** Works on the file that is the first argument; a second one makes it sync everything. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    Thread worker = new Thread(() -> work(file, arguments.length > 1));
    worker.setDaemon(true);
    worker.start();
    while (System.in.read() >= 0) {
      // whoever started it is still there
    }
  }

  private static void work(Path path, boolean syncAll) {
    AbsolutePath folder = AbsolutePath.of(path.resolveSibling(".").normalize().toString());
    try (FileChannel file =
            FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var out = new FileOutputStream(FileDescriptor.out);
        var directory = LinuxDisk.create().openDirectory(folder);
        var barrier = directory.openSync()) {
      for (long round = 0; true; round++) {
        file.write(ByteBuffer.allocate(Long.BYTES).putLong(round).flip(), round % 512 * Long.BYTES);
        if (syncAll && round % ROUNDS == 0) {
          barrier.sync();
        } else {
          file.force(true);
        }
        if (round == 0) {
          out.write('\n');
        }
        Thread.sleep(PAUSE);
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
