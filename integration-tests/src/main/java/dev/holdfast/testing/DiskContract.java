package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * What every {@link Disk} must do, so that the simulated one cannot drift from the real one.
 *
 * <p>A subclass says which disk, and gives each test a folder of its own; it may run as root or
 * not. The tests are in the interfaces, by subject.
 */
public abstract class DiskContract
    implements OpeningContract,
        NamesContract,
        MakingContract,
        MovingContract,
        RemovingContract,
        MetadataContract,
        FileContract,
        LockContract,
        DurabilityContract {
  private @Nullable Directory here;

  /** For subclasses. */
  protected DiskContract() {}

  @Override
  public abstract Disk disk();

  @Override
  public abstract AbsolutePath folder();

  @BeforeEach
  final void openFolder() throws Exception {
    here = disk().openDirectory(folder());
  }

  /** Empties the folder, because hardly anything else can remove the names that the tests use. */
  @AfterEach
  final void closeFolder() throws Exception {
    if (here != null) {
      try (Directory opened = here) {
        empty(opened);
      }
    }
  }

  private static void empty(Directory directory) throws DiskException {
    for (EntryName name : directory.list()) {
      Stat stat = directory.stat(name).orElseThrow();
      if (stat.isDirectory()) {
        try (Directory below = directory.directory(name)) {
          below.setMode(0700);
          empty(below);
        }
        directory.removeDirectory(name);
      } else {
        directory.unlink(name);
      }
    }
  }

  @Override
  public final Directory here() {
    if (here == null) {
      throw new IllegalStateException("no test is running");
    }
    return here;
  }
}
