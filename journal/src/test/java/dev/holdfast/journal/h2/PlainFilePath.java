package dev.holdfast.journal.h2;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/** The mutant: a file for H2 as H2 would have it, with no checksum of ours. */
final class PlainFilePath extends FilePath {
  private static final Map<String, RecordedFile> FILES = new ConcurrentHashMap<>();

  static {
    FilePath.register(new PlainFilePath("plain:"));
  }

  private PlainFilePath(String name) {
    this.name = name;
  }

  /** Returns the name by which H2 opens {@code file}. */
  static String nameOf(RecordedFile file) {
    String name = "plain:" + System.identityHashCode(file) + "-" + FILES.size();
    FILES.put(name, file);
    return name;
  }

  private RecordedFile file() {
    RecordedFile file = FILES.get(name);
    if (file == null) {
      throw new IllegalStateException(name);
    }
    return file;
  }

  @Override
  public FileChannel open(String mode) {
    RecordedFile file = file();
    return new FileBaseDefault() {
      @Override
      public long size() {
        return file.size();
      }

      @Override
      public synchronized int read(ByteBuffer target, long position) {
        int count = file.read(position, target);
        return count == 0 ? -1 : count;
      }

      @Override
      public synchronized int write(ByteBuffer source, long position) {
        int count = source.remaining();
        file.write(position, source);
        return count;
      }

      @Override
      public void force(boolean metaData) {
        file.sync();
      }

      @Override
      protected void implTruncate(long size) {
        file.truncate(size);
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
    };
  }

  @Override
  public String getScheme() {
    return "plain";
  }

  @Override
  public FilePath getPath(String path) {
    return new PlainFilePath(path);
  }

  @Override
  public long size() {
    return file().size();
  }

  @Override
  public boolean exists() {
    return true;
  }

  @Override
  public boolean canWrite() {
    return true;
  }

  @Override
  @SuppressWarnings("NullAway") // H2 asks whether there is one
  public @Nullable FilePath getParent() {
    return null;
  }

  @Override
  public FilePath toRealPath() {
    return this;
  }

  @Override
  public boolean isDirectory() {
    return false;
  }

  @Override
  public boolean isRegularFile() {
    return true;
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
    throw new UnsupportedOperationException();
  }

  @Override
  public void moveTo(FilePath newName, boolean atomicReplace) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void delete() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<FilePath> newDirectoryStream() {
    return List.of();
  }
}
