package dev.holdfast.selftest.power;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of a folder through FUSE and logs every write and every flush, in the order in
 * which they came. A process of its own: the kernel waits for it while whoever mounts a file system
 * on such a file is stopped, by a garbage collection for instance.
 *
 * <p>Its standard output is /dev/fuse, already mounted; so no library is needed, and none of C's
 * functions. Lines on its standard input are its commands, each answered by the line {@code ok} on
 * its standard error once it is done: {@code log FILE} begins a new log, {@code mark TEXT} puts a
 * mark into it, {@code flush} writes out what is buffered of it. It ends at the end of its input.
 */
public final class DeviceServer implements FuseConnection.Files {
  /** The kernel's number of its own root is 1. */
  private static final int FIRST = 2;

  private static final byte[] OK = "ok\n".getBytes(StandardCharsets.US_ASCII);

  private final Path folder;
  private final List<String> names = new ArrayList<>();
  private final Map<Long, Opened> open = new HashMap<>();
  private long opened;
  private @Nullable LogWriter log;

  private DeviceServer(Path folder) {
    this.folder = folder;
  }

  /** An open file. */
  private record Opened(String name, FileChannel file) {}

  /**
   * Returns the command that mounts a folder's files at {@code point} and then becomes their
   * server.
   *
   * @param java the command that runs a class
   */
  static List<String> command(List<String> java, Path folder, Path point) {
    String mount =
        "exec 3<>/dev/fuse && mount -i -t fuse"
            + " -o fd=3,rootmode=40000,user_id=0,group_id=0 holdfast-power \"$0\" >&2"
            + " && exec \"$@\" >&3 3>&-";
    List<String> command = new ArrayList<>(List.of("sh", "-c", mount, point.toString()));
    command.addAll(java);
    command.addAll(List.of(DeviceServer.class.getName(), folder.toString()));
    return command;
  }

  /** Serves the folder that is the argument. */
  public static void main(String[] arguments) throws IOException {
    DeviceServer server = new DeviceServer(Path.of(arguments[0]));
    Thread.ofPlatform().daemon().start(server::obeyToTheEnd);
    try (FileInputStream in = new FileInputStream(FileDescriptor.out);
        FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
      new FuseConnection(in.getChannel(), out.getChannel(), server).serve();
    }
    Runtime.getRuntime().halt(0);
  }

  private void obeyToTheEnd() {
    try {
      obey(
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
          new FileOutputStream(FileDescriptor.err));
    } catch (IOException _) {
      // Nobody is there any more.
    }
    Runtime.getRuntime().halt(0);
  }

  private void obey(BufferedReader commands, OutputStream answers) throws IOException {
    answers.write(OK);
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      int space = line.indexOf(' ');
      String verb = space < 0 ? line : line.substring(0, space);
      String rest = line.substring(space + 1);
      synchronized (this) {
        switch (verb) {
          case "log" -> {
            if (log != null) {
              log.close();
            }
            log = new LogWriter(Path.of(rest));
          }
          case "mark" -> {
            if (log != null) {
              log.mark(rest);
            }
          }
          case "flush" -> {
            if (log != null) {
              log.flush();
            }
          }
          default -> throw new IllegalArgumentException("no command " + verb);
        }
      }
      answers.write(OK);
    }
  }

  @Override
  public synchronized long find(String name) {
    if (!Files.isRegularFile(folder.resolve(name))) {
      return 0;
    }
    if (!names.contains(name)) {
      names.add(name);
    }
    return (long) names.indexOf(name) + FIRST;
  }

  private String name(long file) {
    return names.get((int) file - FIRST);
  }

  @Override
  public synchronized long size(long file) throws IOException {
    return Files.size(folder.resolve(name(file)));
  }

  @Override
  public synchronized long open(long file) throws IOException {
    String name = name(file);
    FileChannel channel =
        FileChannel.open(folder.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE);
    open.put(++opened, new Opened(name, channel));
    return opened;
  }

  private Opened opened(long handle) throws IOException {
    Opened found = open.get(handle);
    if (found == null) {
      throw new IOException("no handle " + handle);
    }
    return found;
  }

  @Override
  public synchronized void read(long handle, long offset, ByteBuffer into) throws IOException {
    FileChannel file = opened(handle).file;
    int start = into.position();
    while (into.hasRemaining() && file.read(into, offset + into.position() - start) >= 0) {
      // until all is read, or the end comes
    }
  }

  @Override
  public synchronized void write(long handle, long offset, ByteBuffer data) throws IOException {
    Opened to = opened(handle);
    if (log != null) {
      log.write(to.name, offset, data.duplicate());
    }
    while (data.hasRemaining()) {
      to.file.write(data, offset + data.position());
    }
  }

  @Override
  public synchronized void flush(long handle) throws IOException {
    Opened to = opened(handle);
    if (log != null) {
      log.flush(to.name);
    }
  }

  @Override
  public synchronized void release(long handle) throws IOException {
    Opened gone = open.remove(handle);
    if (gone != null) {
      gone.file.close();
    }
  }
}
