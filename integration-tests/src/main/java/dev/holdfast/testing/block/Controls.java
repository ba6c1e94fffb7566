package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.BlockFileSystem;
import dev.holdfast.selftest.power.Shell;
import dev.holdfast.selftest.power.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is known to be safe, and what is known not to be. A rig that finds nothing wrong with the
 * latter proves nothing of Holdfast either; one that blames the former is wrong itself.
 */
public final class Controls {
  private Controls() {}

  /**
   * One of them on a file system.
   *
   * @param isCaught whether there must be violations
   */
  record Control(Workload workload, BlockFileSystem kind, boolean isCaught) {
    /** Returns what it needs that is not there. */
    Optional<String> missing() {
      return workload instanceof DatabaseControl && !Shell.succeeds("sqlite3", "--version")
          ? Optional.of("needs sqlite3")
          : Optional.empty();
    }

    @Override
    public String toString() {
      return workload.title() + " on " + kind;
    }
  }

  static List<Control> all() {
    List<Control> all = new ArrayList<>();
    add(all, FileControl.NO_FSYNC, true, BlockFileSystem.EXT4_NO_AUTO_DA_ALLOC);
    add(all, FileControl.NO_FSYNC, true, BlockFileSystem.XFS);
    add(all, FileControl.NO_DIRECTORY_FSYNC, true, BlockFileSystem.EXT4);
    for (BlockFileSystem kind :
        List.of(BlockFileSystem.EXT4, BlockFileSystem.XFS, BlockFileSystem.BTRFS)) {
      add(all, FileControl.SAFE, false, kind);
    }
    add(all, new DatabaseControl("WAL", "OFF"), true, BlockFileSystem.EXT4);
    add(all, new DatabaseControl("DELETE", "OFF"), true, BlockFileSystem.EXT4);
    add(all, new DatabaseControl("WAL", "FULL"), false, BlockFileSystem.EXT4);
    add(all, new DatabaseControl("DELETE", "FULL"), true, BlockFileSystem.EXT4);
    add(all, new DatabaseControl("DELETE", "EXTRA"), false, BlockFileSystem.EXT4);
    return all;
  }

  private static void add(
      List<Control> all, Workload workload, boolean caught, BlockFileSystem kind) {
    all.add(new Control(workload, kind, caught));
  }
}
