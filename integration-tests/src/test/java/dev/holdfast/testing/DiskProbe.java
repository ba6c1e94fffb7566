package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.disk.linux.ProcessArguments;
import java.util.List;

/** A program of its own: makes entries under the name in its arguments, and lists them. */
final class DiskProbe {
  private DiskProbe() {}

  /** Takes a folder and the beginning of a name. */
  public static void main(String[] args) throws Exception {
    List<byte[]> arguments = ProcessArguments.last(args.length);
    Disk disk = LinuxDisk.create();
    AbsolutePath folder = AbsolutePath.of(arguments.getFirst());
    try (Directory directory = disk.openDirectory(folder)) {
      directory.create(suffixed(arguments.get(1), 'f'), 0666).close();
      directory.makeDirectory(suffixed(arguments.get(1), 'd'), 02777);
      directory.makeNode(suffixed(arguments.get(1), 'p'), FileType.FIFO, 0666, 0);
      for (EntryName name : directory.list()) {
        System.out.println(
            name + " " + Integer.toOctalString(directory.stat(name).orElseThrow().mode()));
      }
    }
  }

  private static EntryName suffixed(byte[] bytes, char suffix) {
    byte[] name = new byte[bytes.length + 1];
    System.arraycopy(bytes, 0, name, 0, bytes.length);
    name[bytes.length] = (byte) suffix;
    return EntryName.of(name);
  }
}
