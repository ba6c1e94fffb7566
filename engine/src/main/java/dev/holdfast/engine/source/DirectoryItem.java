package dev.holdfast.engine.source;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.NewFile;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.engine.tree.FactsReader;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a directory. Its file is opened, by its parent's handle, when its bytes are asked
 * for.
 */
final class DirectoryItem implements TreeSource.Item {
  /** How often a file that changes while it is read is read. */
  private static final int ATTEMPTS = 3;

  /** Two of the kernel's ticks: within one, a second change leaves no trace in ctime. */
  private static final Duration TICKS = Duration.ofMillis(20);

  private final SourceDirectories directories;
  private final RelativePath path;
  private volatile Facts facts;
  private volatile @Nullable Stat stat;

  DirectoryItem(SourceDirectories directories, RelativePath path, Facts facts) {
    this(directories, path, facts, null);
  }

  DirectoryItem(
      SourceDirectories directories, RelativePath path, Facts facts, @Nullable Stat stat) {
    this.directories = directories;
    this.path = path;
    this.facts = facts;
    this.stat = stat;
  }

  @Override
  public RelativePath path() {
    return path;
  }

  @Override
  public Facts facts() {
    return facts;
  }

  /** Reads a file's bytes. */
  @FunctionalInterface
  private interface Reading<T> {
    T read(DiskFile file, Stat stat) throws IOException;
  }

  @Override
  public boolean sameBytes(DiskFile other, ContentCopier copier) throws IOException {
    return readSteadily((file, _) -> copier.sameBytes(file, other));
  }

  @Override
  public Copied copyTo(DiskFile to, ContentCopier copier, Progress progress) throws IOException {
    return readSteadily((file, _) -> {
      if (to.size() > 0) {
        to.truncate(0);
      }
      return copier.copy(file, to, progress);
    });
  }

  /** Opens the file once, and reads a small one once. */
  @Override
  public Optional<Copied> copyUnlessSame(
      DiskFile live, NewFile to, ContentCopier copier, Progress progress) throws IOException {
    DiskFile[] made = new DiskFile[1];
    return readSteadily((file, read) -> {
      if (made[0] == null) {
        return copier.copyUnlessSame(file, read, live, () -> made[0] = to.create(), progress);
      }
      made[0].truncate(0);
      return Optional.of(copier.copy(file, made[0], progress));
    });
  }

  /** Reads the file until nobody has changed it meanwhile, a few times. */
  private <T> T readSteadily(Reading<T> reading) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try (DiskFile file = directories.openFile(path)) {
        Stat before = settled(file);
        T result = reading.read(file, before);
        if (isUnchanged(before, file.stat())) {
          refresh(file, before);
          return result;
        }
      } catch (DiskException e) {
        throw isGone(e) ? directories.changed(path) : e;
      }
    }
    throw directories.changed(path);
  }

  private static boolean isGone(DiskException e) {
    return e.error() == DiskError.NOT_FOUND
        || e.error() == DiskError.SYMLINK
        || e.error() == DiskError.NOT_DIRECTORY;
  }

  /** Waits, for the blink of an eye, until a further change would be seen. */
  private static Stat settled(DiskFile file) throws IOException {
    Stat now = file.stat();
    Duration age = Duration.between(now.changed(), Instant.now());
    if (age.isNegative() || age.compareTo(TICKS) >= 0) {
      return now;
    }
    try {
      Thread.sleep(TICKS.minus(age));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
    return file.stat();
  }

  private static boolean isUnchanged(Stat before, Stat after) {
    return before.isSameInode(after)
        && before.size() == after.size()
        && before.modified().equals(after.modified())
        && before.changed().equals(after.changed());
  }

  /** Takes over newer facts, if the file changed between the walk and the reading. */
  private void refresh(DiskFile file, Stat read) throws IOException {
    Stat seen = stat;
    if (seen != null && isUnchanged(seen, read)) {
      return;
    }
    facts =
        FactsReader.of(read, FactsReader.attributes(file), null, null)
            .withHardlink(facts.hardlink());
    stat = read;
  }
}
