package dev.holdfast.journal.h2;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * H2's view of a file name: {@code holdfast:} and a number that leads to an open {@link
 * ChecksummedFile}. No path ever gets into a name that H2 parses, and H2 reaches no other file.
 */
final class ChecksummedFilePath extends FilePath {
  private static final String SCHEME = "holdfast";
  private static final Map<String, ChecksummedFile> OPEN = new ConcurrentHashMap<>();
  private static final AtomicLong COUNT = new AtomicLong();

  static {
    FilePath.register(new ChecksummedFilePath(SCHEME + ":"));
  }

  private ChecksummedFilePath(String name) {
    this.name = name;
  }

  /** Makes {@code file} known to H2 and returns the name to open it by. */
  static String register(ChecksummedFile file) {
    String name = SCHEME + ":" + Long.toHexString(COUNT.incrementAndGet());
    OPEN.put(name, file);
    return name;
  }

  /** Forgets a file. */
  static void forget(String name) {
    OPEN.remove(name);
  }

  private @Nullable ChecksummedFile found() {
    return OPEN.get(name);
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FilePath getPath(String path) {
    return new ChecksummedFilePath(path);
  }

  @Override
  public boolean exists() {
    return found() != null;
  }

  @Override
  public boolean canWrite() {
    ChecksummedFile file = found();
    return file != null && file.isWritable();
  }

  @Override
  public FileChannel open(String mode) throws IOException {
    ChecksummedFile file = found();
    if (file == null || (mode.contains("w") && !file.isWritable())) {
      throw new IOException("not open: " + name);
    }
    return file;
  }

  @Override
  public long size() {
    ChecksummedFile file = found();
    return file == null ? 0 : file.size();
  }

  @Override
  @SuppressWarnings("NullAway") // H2 asks whether a parent is there, and none is
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
    return exists();
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
}
