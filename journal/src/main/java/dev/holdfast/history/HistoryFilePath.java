package dev.holdfast.history;

import dev.holdfast.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * H2's way to the one file that it may use: a name that only we can have made, in place of a path,
 * which H2 would read as part of a URL. No other file can be reached by this scheme.
 */
final class HistoryFilePath extends FilePath {
  private static final String SCHEME = "holdfast-history";
  private static final String FILE = "/history.mv.db";
  private static final Map<String, Opened> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong COUNT = new AtomicLong();

  static {
    FilePath.register(new HistoryFilePath(SCHEME + ":"));
  }

  private record Opened(DiskFile file, boolean writable) {}

  private HistoryFilePath(String name) {
    this.name = name;
  }

  /** Returns the name of a database in {@code file}, for a URL. */
  static String register(DiskFile file, boolean writable) {
    String name = SCHEME + ":/" + COUNT.incrementAndGet();
    OPEN.put(name + FILE, new Opened(file, writable));
    return name + "/history";
  }

  /** Makes H2 forget a name. */
  static void forget(String name) {
    OPEN.remove(name + ".mv.db");
  }

  private @Nullable Opened found() {
    return OPEN.get(name);
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FilePath getPath(String path) {
    return new HistoryFilePath(path);
  }

  @Override
  public boolean exists() {
    return found() != null || isDirectory();
  }

  @Override
  public boolean canWrite() {
    Opened opened = found();
    return opened != null && opened.writable();
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    Opened opened = found();
    if (opened == null || (mode.contains("w") && !opened.writable())) {
      throw new IOException("not open: " + name);
    }
    return new Channel(opened);
  }

  @Override
  public long size() {
    Opened opened = found();
    try {
      return opened == null ? 0 : opened.file().size();
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public FilePath getParent() {
    int slash = name.lastIndexOf('/');
    return new HistoryFilePath(slash < 0 ? name : name.substring(0, slash));
  }

  @Override
  public FilePath toRealPath() {
    return this;
  }

  @Override
  public boolean isDirectory() {
    return OPEN.containsKey(name + FILE);
  }

  @Override
  public boolean isRegularFile() {
    return found() != null;
  }

  @Override
  public boolean isAbsolute() {
    return true;
  }

  @Override
  public long lastModified() {
    return 0;
  }

  @Override
  public boolean setReadOnly() {
    return false;
  }

  @Override
  public boolean createFile() {
    return false;
  }

  @Override
  public void createDirectory() {
    throw new UnsupportedOperationException(name);
  }

  @Override
  public void moveTo(FilePath newName, boolean atomicReplace) {
    throw new UnsupportedOperationException(name);
  }

  @Override
  public void delete() {
    throw new UnsupportedOperationException(name);
  }

  @Override
  public List<FilePath> newDirectoryStream() {
    return List.of();
  }

  /** The open file; it is closed by whoever registered it. */
  private static final class Channel extends FileBaseDefault {
    private final Opened opened;

    Channel(Opened opened) {
      this.opened = opened;
    }

    @Override
    public long size() throws IOException {
      return opened.file().size();
    }

    @Override
    public synchronized int read(ByteBuffer target, long position) throws IOException {
      int count = opened.file().read(position, target);
      return count == 0 && target.hasRemaining() ? -1 : count;
    }

    @Override
    public synchronized int write(ByteBuffer source, long position) throws IOException {
      requireWritable();
      int count = source.remaining();
      opened.file().write(position, source);
      return count;
    }

    @Override
    protected void implTruncate(long size) throws IOException {
      requireWritable();
      opened.file().truncate(size);
    }

    private void requireWritable() throws IOException {
      if (!opened.writable()) {
        throw new IOException("open for reading only");
      }
    }

    @Override
    public void force(boolean metaData) throws IOException {
      opened.file().sync();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
      return new FileLock(this, position, size, shared) {
        @Override
        public boolean isValid() {
          return true;
        }

        @Override
        public void release() {}
      };
    }

    @Override
    protected void implCloseChannel() {}
  }
}
