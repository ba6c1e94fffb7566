package dev.holdfast.testing.block;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.cryptomator.jfuse.api.DirFiller;
import org.cryptomator.jfuse.api.Errno;
import org.cryptomator.jfuse.api.FileInfo;
import org.cryptomator.jfuse.api.Fuse;
import org.cryptomator.jfuse.api.FuseBuilder;
import org.cryptomator.jfuse.api.FuseOperations;
import org.cryptomator.jfuse.api.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Serves the files of a folder through FUSE and logs every write and every flush, in the order in
 * which they came. A process of its own: the kernel waits for it while whoever mounts a file system
 * on such a file is stopped, by a garbage collection for instance.
 *
 * <p>Lines on its standard input are its commands, each answered by the line {@code ok} once it is
 * done: {@code log FILE} begins a new log, {@code mark TEXT} puts a mark into it, {@code flush}
 * writes out what is buffered of it. It ends at the end of its input.
 */
public final class DeviceServer implements FuseOperations {
  private static final int DIRECTORY = Stat.S_IFDIR | 0755;
  private static final int FILE = Stat.S_IFREG | 0600;

  private final Path folder;
  private final Errno errno;
  private final List<FileChannel> open = new ArrayList<>();
  private final Map<Long, String> names = new HashMap<>();
  private @Nullable LogWriter log;

  private DeviceServer(Path folder, Errno errno) {
    this.folder = folder;
    this.errno = errno;
  }

  /** Serves the folder that is the first argument at the folder that is the second. */
  @SuppressWarnings("SystemOut") // standard output is how it answers
  public static void main(String[] arguments) throws Exception {
    FuseBuilder builder = Fuse.builder();
    libFuse().ifPresent(library -> builder.setLibraryPath(library.toString()));
    DeviceServer server = new DeviceServer(Path.of(arguments[0]), builder.errno());
    try (Fuse fuse = builder.build(server)) {
      fuse.mount("holdfast-power", Path.of(arguments[1]), "-s", "-o", "attr_timeout=0");
      System.out.println("ok");
      server.obey(
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
    }
    // The threads of libfuse do not end with the mount.
    System.exit(0);
  }

  /** Returns the library of Debian's package libfuse3-3, which the JDK would not find by itself. */
  static Optional<Path> libFuse() throws IOException {
    for (String folder : List.of("/usr/lib64", "/usr/lib", "/lib")) {
      if (Files.isDirectory(Path.of(folder))) {
        try (Stream<Path> found = Files.find(Path.of(folder), 2, DeviceServer::isLibFuse)) {
          Optional<Path> library = found.findFirst();
          if (library.isPresent()) {
            return library;
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isLibFuse(Path file, BasicFileAttributes attributes) {
    return file.getFileName().toString().startsWith("libfuse3.so.");
  }

  private void obey(BufferedReader commands, PrintStream answers) throws IOException {
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
      answers.println("ok");
      answers.flush();
    }
  }

  @Override
  public Errno errno() {
    return errno;
  }

  @Override
  public Set<Operation> supportedOperations() {
    return EnumSet.of(
        Operation.GET_ATTR,
        Operation.READ_DIR,
        Operation.OPEN,
        Operation.READ,
        Operation.WRITE,
        Operation.FSYNC,
        Operation.RELEASE);
  }

  private @Nullable Path backing(String path) {
    Path file = folder.resolve(path.substring(1));
    return Files.isRegularFile(file) ? file : null;
  }

  @Override
  public int getattr(String path, Stat stat, @Nullable FileInfo info) {
    if (path.equals("/")) {
      stat.setMode(DIRECTORY);
      stat.setNLink((short) 2);
      return 0;
    }
    Path file = backing(path);
    if (file == null) {
      return -errno.enoent();
    }
    try {
      stat.setMode(FILE);
      stat.setNLink((short) 1);
      stat.setSize(Files.size(file));
      return 0;
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public int readdir(String path, DirFiller filler, long offset, FileInfo info, int flags) {
    try {
      filler.fill(".");
      filler.fill("..");
      return 0;
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public synchronized int open(String path, FileInfo info) {
    Path file = backing(path);
    if (file == null) {
      return -errno.enoent();
    }
    try {
      open.add(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
      info.setFh(open.size() - 1L);
      names.put(info.getFh(), path.substring(1));
      return 0;
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public synchronized int release(String path, FileInfo info) {
    try {
      open.get((int) info.getFh()).close();
      return 0;
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public synchronized int read(
      String path, ByteBuffer buffer, long count, long offset, FileInfo info) {
    try {
      ByteBuffer part = buffer.slice(0, (int) count);
      FileChannel file = open.get((int) info.getFh());
      while (part.hasRemaining() && file.read(part, offset + part.position()) >= 0) {
        // until all is read, or the end comes
      }
      return part.position();
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public synchronized int write(
      String path, ByteBuffer buffer, long count, long offset, FileInfo info) {
    try {
      ByteBuffer part = buffer.slice(0, (int) count);
      if (log != null) {
        log.write(name(info), offset, part.duplicate());
      }
      FileChannel file = open.get((int) info.getFh());
      while (part.hasRemaining()) {
        file.write(part, offset + part.position());
      }
      return (int) count;
    } catch (IOException _) {
      return -errno.eio();
    }
  }

  @Override
  public synchronized int fsync(String path, int dataOnly, FileInfo info) {
    try {
      if (log != null) {
        log.flush(name(info));
      }
      return 0;
    } catch (IOException | UncheckedIOException _) {
      return -errno.eio();
    }
  }

  private String name(FileInfo info) {
    return names.getOrDefault(info.getFh(), "?");
  }
}
