package dev.holdfast.testing.scale;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.PruneOptions;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.selftest.disk.InterceptedDisk;
import dev.holdfast.selftest.disk.Interceptor;
import dev.holdfast.testing.scale.LoopFileSystem.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An update on a file system that becomes full at one of its steps: to the last block, the last
 * inode, or the limit of a quota. Before the commit point the old tree is left, without litter;
 * after it the new one, or something pending that recovery ends once there is room. Never a mixture
 * that nobody speaks of.
 */
public final class FullDisk implements AutoCloseable {
  private static final int FILES = 120;
  private static final int BYTES = 6000;
  private static final long ROOM = 24 << 20;

  /** What runs out. */
  public enum Shortage {
    BLOCKS,
    INODES,
    QUOTA
  }

  /** What an update said. */
  public enum Said {
    DONE,
    ROLLED_BACK,
    IN_DOUBT
  }

  private final LoopFileSystem fileSystem;
  private final Shortage shortage;
  private final Path home;
  private final Path state;
  private final Path live;
  private final Path older;
  private final Path newer;
  private final Map<Said, Integer> saidBeforeGo = new EnumMap<>(Said.class);
  private final Map<Said, Integer> saidAfterGo = new EnumMap<>(Said.class);

  private FullDisk(LoopFileSystem fileSystem, Shortage shortage, Path home, Path sources)
      throws IOException {
    this.fileSystem = fileSystem;
    this.shortage = shortage;
    this.home = home;
    this.state = home.resolve("state");
    this.live = home.resolve("live");
    this.older = SampleTree.make(sources.resolve("older"), FILES, BYTES, 1);
    this.newer = SampleTree.make(sources.resolve("newer"), FILES, BYTES, 2);
    Files.delete(newer.resolve("d0/f0"));
    Files.delete(older.resolve("d1/f30"));
  }

  /**
   * Makes a file system, with an older tree on it.
   *
   * @throws IOException if there is no such file system here
   */
  public static FullDisk make(Path folder, Kind kind, Shortage shortage) throws IOException {
    String[] mkfs = shortage == Shortage.INODES ? new String[] {"-N", "2048"} : new String[0];
    LoopFileSystem made =
        LoopFileSystem.make(
            folder.resolve("fs"), kind, kind == Kind.EXT4 ? 64 : LoopFileSystem.SMALLEST, mkfs);
    try {
      Path home = made.point().resolve("home");
      if (shortage == Shortage.QUOTA) {
        Tool.run("btrfs", "quota", "enable", made.point().toString());
        Tool.run("btrfs", "subvolume", "create", home.toString());
      } else {
        Files.createDirectory(home);
        made.fillUpTo(ROOM);
      }
      FullDisk disk = new FullDisk(made, shortage, home, folder.resolve("sources"));
      disk.update(disk.older, _ -> {});
      disk.requireTree(disk.older, "at first");
      return disk;
    } catch (IOException | RuntimeException | Error e) {
      made.close();
      throw e;
    }
  }

  /** Returns how many steps the update has. */
  public int steps() throws IOException {
    int[] count = {0};
    update(newer, call -> count[0] += call.verb().isStep() ? 1 : 0);
    requireTree(newer, "with room");
    update(older, _ -> {});
    return count[0];
  }

  /**
   * Updates, and takes all that is left of the file system at one step, counted from 1.
   *
   * @param spared blocks that are left all the same
   */
  public Said fillAt(int step, int spared) throws IOException {
    String when = fileSystem.point() + ", full at step " + step + " but for " + spared + " blocks";
    int[] count = {0};
    boolean[] gone = {false};
    boolean[] goneBefore = {false};
    Said said;
    try {
      update(
          newer,
          call -> {
            if (call.verb().isStep() && ++count[0] == step) {
              goneBefore[0] = gone[0];
              exhaust(spared);
            }
            gone[0] |= call.detail().toString().endsWith("/go");
          });
      said = Said.DONE;
    } catch (InDoubtException _) {
      said = Said.IN_DOUBT;
    } catch (IOException e) {
      said = Said.ROLLED_BACK;
      String text = String.valueOf(e.getMessage());
      if (!text.contains("nothing was changed") && !text.contains("put back")) {
        throw new AssertionError(when + ": it does not say how things stand: " + e, e);
      }
    }
    (goneBefore[0] ? saidAfterGo : saidBeforeGo).merge(said, 1, Integer::sum);
    switch (said) {
      case DONE -> requireTree(newer, when);
      case ROLLED_BACK -> requireTree(older, when);
      case IN_DOUBT -> {} // it said so: the marker is there, and readers of the gate wait
    }
    giveBack();
    boolean isNew = recover(said, when);
    requireNoLitter(when);
    update(isNew ? older : newer, _ -> {});
    requireTree(isNew ? older : newer, when + ", and updated again");
    if (!isNew) {
      update(older, _ -> {});
    }
    prune(); // before-images would fill the disk, too
    return said;
  }

  private boolean recover(Said said, String when) throws IOException {
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(LinuxDisk.create(), path(state))) {
      if (holdfast.recover(List.of(), false).isUnresolved()) {
        throw new AssertionError(when + ": recovery with room again leaves something pending");
      }
      if (!holdfast.status().pending().isEmpty()) {
        throw new AssertionError(when + ": still pending: " + holdfast.status().pending());
      }
    }
    boolean isNew =
        switch (said) {
          case DONE -> true;
          case ROLLED_BACK -> false;
          case IN_DOUBT -> differences(newer).isEmpty();
        };
    requireTree(isNew ? newer : older, when + ", " + said + ", recovered");
    return isNew;
  }

  private void prune() throws IOException {
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(LinuxDisk.create(), path(state))) {
      holdfast.prune(new PruneOptions(1, null, null, false));
    }
  }

  private void requireNoLitter(String when) throws IOException {
    Path control = home.resolve(".holdfast/live");
    if (Files.exists(control.resolve("pending"))) {
      throw new AssertionError(when + ": the marker is left");
    }
    try (Stream<Path> folders = Files.list(control.resolve("tx"))) {
      for (Path folder : folders.toList()) {
        if (!Files.exists(folder.resolve("applied")) && !Files.exists(folder.resolve("kept"))) {
          throw new AssertionError(when + ": a folder is left: " + folder);
        }
      }
    }
  }

  private void exhaust(int spared) {
    try {
      switch (shortage) {
        case BLOCKS -> fileSystem.fill(spared);
        case INODES -> fileSystem.fillInodes(spared);
        case QUOTA -> {
          fileSystem.settle(); // what is used is known after a commit only
          limit(Long.toString(Long.parseLong(group()[1]) + spared * 4096L));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the quota group of the subvolume, and what it holds. */
  private String[] group() throws IOException {
    for (String line :
        Tool.run("btrfs", "qgroup", "show", "--raw", "-f", home.toString()).split("\n", -1)) {
      String[] fields = line.strip().split("\\s+");
      if (fields.length >= 3 && fields[0].startsWith("0/")) {
        return fields;
      }
    }
    throw new IOException("btrfs tells nothing of " + home);
  }

  /** By its number and from outside: who is over the limit may not even lift it. */
  private void limit(String bytes) throws IOException {
    Tool.run("btrfs", "qgroup", "limit", bytes, group()[0], fileSystem.point().toString());
  }

  private void giveBack() throws IOException {
    if (shortage == Shortage.QUOTA) {
      limit("none");
    }
    fileSystem.unfill();
  }

  private void update(Path source, Interceptor interceptor) throws IOException {
    InterceptedDisk disk = new InterceptedDisk(LinuxDisk.create(), interceptor);
    try (Holdfast holdfast = Holdfast.openWithoutRecovery(Environment.of(disk), path(state));
        TreeSource tree = DirectorySource.open(disk, path(source), Excludes.NONE)) {
      holdfast.apply(tree, path(live), ApplyOptions.of(Options.message("update")), Progress.NONE);
    }
  }

  private static AbsolutePath path(Path path) {
    return AbsolutePath.of(path.toString());
  }

  private void requireTree(Path expected, String when) throws IOException {
    String differences = differences(expected);
    if (!differences.isEmpty()) {
      throw new AssertionError(when + ": not " + expected.getFileName() + ":\n" + differences);
    }
  }

  private String differences(Path expected) throws IOException {
    return Tool.run("rsync", "-aHAXSni", "--checksum", "--delete", expected + "/", live + "/");
  }

  /** Returns what was said how often, where there was no room before and after the commit point. */
  public String figures() {
    return "full before the commit point: " + saidBeforeGo + ", after it: " + saidAfterGo;
  }

  @Override
  public void close() throws IOException {
    fileSystem.close();
  }
}
