package dev.holdfast.engine;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.failure.RefusedException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A directory to try things in, on the mount where a root's control directory is or would be, and
 * below the same name, which nobody's transactions touch. Leaves nothing behind, not even a changed
 * time of the directory that it was made in.
 */
final class Scratch implements AutoCloseable {
  private static final int OPEN = 0755;
  private static final int PRIVATE = 0700;
  private static final int OTHERS_WRITE = 0022;
  private static final int RANDOM_BYTES = 8;

  private final Directory above;
  private final Stat aboveBefore;
  private final @Nullable EntryName made;
  private final Directory base;
  private final Stat baseBefore;
  private final EntryName name;
  private final Directory directory;

  private Scratch(
      Directory above,
      Stat aboveBefore,
      @Nullable EntryName made,
      Directory base,
      Stat baseBefore,
      EntryName name,
      Directory directory) {
    this.above = above;
    this.aboveBefore = aboveBefore;
    this.made = made;
    this.base = base;
    this.baseBefore = baseBefore;
    this.name = name;
    this.directory = directory;
  }

  /**
   * Makes one.
   *
   * @param control where the control directory is or would be
   */
  static Scratch make(Disk disk, AbsolutePath control, SecureRandom random)
      throws DiskException, RefusedException {
    AbsolutePath place = isThere(disk, control) ? control : nearest(control);
    Directory above = disk.openDirectory(place.parent());
    EntryName made = null;
    Directory base = null;
    try {
      Stat aboveBefore = above.stat();
      if (above.stat(place.name()).isEmpty()) {
        above.makeDirectory(place.name(), OPEN);
        made = place.name();
      }
      base = above.directory(place.name());
      Stat baseBefore = base.stat();
      if (baseBefore.uid() != disk.host().uid() || (baseBefore.mode() & OTHERS_WRITE) != 0) {
        throw new RefusedException(place + " is not ours alone to write");
      }
      byte[] bytes = new byte[RANDOM_BYTES];
      random.nextBytes(bytes);
      EntryName name = EntryName.of("probe-" + HexFormat.of().formatHex(bytes));
      base.makeDirectory(name, PRIVATE);
      return new Scratch(above, aboveBefore, made, base, baseBefore, name, base.directory(name));
    } catch (DiskException | RefusedException e) {
      if (made != null) {
        try {
          above.removeDirectory(made);
        } catch (DiskException again) {
          e.addSuppressed(again);
        }
      }
      if (base != null) {
        base.close();
      }
      above.close();
      throw e;
    }
  }

  private static boolean isThere(Disk disk, AbsolutePath path) throws DiskException {
    try (Directory holder = disk.openDirectory(path.parent())) {
      return holder.stat(path.name()).isPresent();
    } catch (DiskException e) {
      if (e.error() == DiskError.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** The directory of all control directories of a parent is where one of them would be. */
  private static AbsolutePath nearest(AbsolutePath control) {
    return control.name().equals(ControlDirectory.NAME) ? control : control.parent();
  }

  /** Returns the directory. */
  Directory directory() {
    return directory;
  }

  /** Removes it with all that is in it. What cannot be removed stays, and is named in the log. */
  @Override
  public void close() {
    try (above;
        base;
        directory) {
      remove(base, name);
      base.setModified(baseBefore.modified());
      if (made != null) {
        above.removeDirectory(made);
        above.setModified(aboveBefore.modified());
      }
    } catch (DiskException e) {
      System.getLogger(Scratch.class.getName())
          .log(System.Logger.Level.WARNING, "a probe was left: {0}", e.getMessage());
    }
  }

  private static void remove(Directory parent, EntryName name) throws DiskException {
    if (parent.stat(name).filter(Stat::isDirectory).isEmpty()) {
      parent.unlink(name);
      return;
    }
    try (Directory opened = parent.directory(name)) {
      for (EntryName child : opened.list()) {
        remove(opened, child);
      }
    }
    parent.removeDirectory(name);
  }
}
