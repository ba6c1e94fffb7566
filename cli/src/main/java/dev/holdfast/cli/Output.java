package dev.holdfast.cli;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.engine.OutputFile;
import dev.holdfast.engine.failure.RefusedException;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.util.Arrays;

/**
 * Where a command writes what {@code -o} or {@code --export} names: a file as a whole, in place of
 * the one before; a fifo, a device or a stream of this process as it stands.
 */
final class Output {
  private static final int BUFFER = 1 << 16;

  private Output() {}

  static void write(Disk disk, AbsolutePath path, OutputFile.Content content) throws IOException {
    boolean open = isOpen(path);
    OutputFile.Target target =
        open ? new OutputFile.Target(path, true) : OutputFile.target(disk, path);
    if (!target.stream()) {
      OutputFile.write(disk, target.path(), content);
      return;
    }
    // To append: /dev/stdout may be a file that the caller's shell writes to as well.
    try (OutputStream out =
        new BufferedOutputStream(new FileOutputStream(name(target.path()), true), BUFFER)) {
      content.writeTo(out);
    }
  }

  /** Names of descriptors of this process: what these are links to may have no name at all. */
  private static boolean isOpen(AbsolutePath path) {
    String text = path.toString();
    return text.equals("/dev/stdout")
        || text.equals("/dev/stderr")
        || text.startsWith("/dev/fd/")
        || text.startsWith("/proc/self/fd/");
  }

  /** The platform would open another name in silence where it has no letters for these bytes. */
  private static String name(AbsolutePath path) throws RefusedException {
    Charset names = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    String name = new String(path.bytes(), names);
    if (!Arrays.equals(name.getBytes(names), path.bytes())) {
      throw new RefusedException(
          path + " cannot be written to: its name is not " + names + "; nothing was written");
    }
    return name;
  }
}
