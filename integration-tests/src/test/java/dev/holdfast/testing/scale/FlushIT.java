package dev.holdfast.testing.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.testing.scale.LoopFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a transaction sends to the device, as the kernel counts it. A file system of its own has no
 * other users and is mounted without periodic commits, but ext4's syncfs sends one flush more if
 * its commit thread is faster than the caller. So everything is done several times, each after a
 * {@code sync}, and the least counts.
 */
class FlushIT {
  private static final int ATTEMPTS = 12;
  private static final int MEGABYTES = 320;

  @TempDir Path folder;

  @BeforeAll
  static void needsLoopDevices(@TempDir Path base) {
    boolean possible;
    try (LoopFileSystem fileSystem = LoopFileSystem.make(base.resolve("try"), Kind.EXT4, 16)) {
      possible = fileSystem.counts().flushes() >= 0;
    } catch (IOException _) {
      possible = false;
    }
    assumeTrue(possible, "cannot make file systems");
  }

  /** What is counted. */
  @FunctionalInterface
  private interface Attempt {
    void run(int number) throws Exception;
  }

  /**
   * Counts several times and returns the least of each device, which need not be of one attempt.
   * Ends early when no device has more flushes than it should.
   */
  private static List<DeviceCounts> least(
      List<LoopFileSystem> devices, List<Integer> expected, Attempt attempt) throws Exception {
    List<DeviceCounts> least = new ArrayList<>();
    for (int number = 1; number <= ATTEMPTS; number++) {
      List<DeviceCounts> before = new ArrayList<>();
      for (LoopFileSystem device : devices) {
        device.settle();
        before.add(device.counts());
      }
      attempt.run(number);
      for (int i = 0; i < devices.size(); i++) {
        DeviceCounts counts = devices.get(i).counts().since(before.get(i));
        if (number == 1) {
          least.add(counts);
        } else if (counts.flushes() < least.get(i).flushes()) {
          least.set(i, counts);
        }
      }
      boolean reached = true;
      for (int i = 0; i < devices.size(); i++) {
        reached &= least.get(i).flushes() <= expected.get(i);
      }
      if (reached) {
        break;
      }
    }
    return least;
  }

  @Test
  void oneExt4IsFlushedFourTimesWhateverTheNumberAndSizeOfFiles() throws Exception {
    try (LoopFileSystem disk = LoopFileSystem.make(folder.resolve("fs"), Kind.EXT4, MEGABYTES)) {
      Path state = disk.point().resolve("state");
      List<String> seen = new ArrayList<>();
      int[][] sizes = {{10, 1024}, {100, 1024}, {1000, 1024}, {5, 3 << 20}};
      for (int[] size : sizes) {
        Path one = SampleTree.make(folder.resolve("one-" + size[0] + size[1]), size[0], size[1], 1);
        Path two = SampleTree.make(folder.resolve("two-" + size[0] + size[1]), size[0], size[1], 2);
        Path live = disk.point().resolve("live-" + size[0] + "-" + size[1]);
        ProgramRun.of(state, ProgramRun.HEAP, "apply", one.toString(), live.toString()).exits(0);
        DeviceCounts counts =
            least(
                    List.of(disk),
                    List.of(4),
                    number ->
                        ProgramRun.of(
                                state,
                                ProgramRun.HEAP,
                                "apply",
                                (number % 2 == 1 ? two : one).toString(),
                                live.toString())
                            .exits(0))
                .getFirst();
        seen.add(size[0] + " files of " + size[1] + " bytes: " + counts);
        // Two barriers. While many blocks are written ext4's commit thread is mostly faster than
        // the
        // caller of syncfs, which then sends a flush more, each time.
        int most = size[1] > 1 << 20 ? 6 : 4;
        assertThat(counts.flushes()).as(seen.getLast()).isBetween(4L, (long) most);
      }
      System.out.println("flushes of a process on ext4: " + seen);
    }
  }

  /** xfs writes its log once more for every few megabytes of metadata, not for every file. */
  @ParameterizedTest
  @CsvSource({"EXT4,4,4", "XFS,4,8", "BTRFS,4,4"})
  void undoIsLikeApply(Kind kind, int few, int many) throws Exception {
    try (LoopFileSystem disk = LoopFileSystem.make(folder.resolve("fs"), kind, MEGABYTES)) {
      Path state = disk.point().resolve("state");
      List<String> seen = new ArrayList<>();
      for (int files : List.of(10, 1000)) {
        int bound = files == 10 ? few : many;
        Path live = disk.point().resolve("live-" + files);
        Path one = SampleTree.make(folder.resolve("one-" + files), files, 512, 1);
        Path two = SampleTree.make(folder.resolve("two-" + files), files, 512, 2);
        apply(state, one, live);
        Path[] next = {two, one};
        List<DeviceCounts> counts =
            least(
                List.of(disk),
                List.of(bound),
                number -> apply(state, next[(number + 1) % 2], live));
        seen.add(files + " files: apply " + counts.getFirst());
        assertThat(counts.getFirst().flushes()).as(seen.getLast()).isLessThanOrEqualTo(bound);
        counts = least(List.of(disk), List.of(bound), _ -> undoNewest(state));
        seen.add("undo " + counts.getFirst());
        assertThat(counts.getFirst().flushes()).as(seen.getLast()).isLessThanOrEqualTo(bound);
      }
      System.out.println("flushes on " + kind + ": " + seen);
    }
  }

  @Test
  void aJournalElsewhereIsFlushedForItself() throws Exception {
    try (LoopFileSystem roots = LoopFileSystem.make(folder.resolve("a"), Kind.EXT4, MEGABYTES);
        LoopFileSystem journal = LoopFileSystem.make(folder.resolve("b"), Kind.EXT4, MEGABYTES)) {
      Path state = journal.point().resolve("state");
      Path live = roots.point().resolve("live");
      Path[] next = {
        SampleTree.make(folder.resolve("two"), 100, 512, 2),
        SampleTree.make(folder.resolve("one"), 100, 512, 1)
      };
      apply(state, next[1], live);
      List<DeviceCounts> counts =
          least(
              List.of(roots, journal),
              List.of(4, 2),
              number -> apply(state, next[(number + 1) % 2], live));
      System.out.println("flushes of roots and of a journal elsewhere: " + counts);
      assertThat(counts.get(0).flushes()).isEqualTo(4);
      assertThat(counts.get(1).flushes()).isEqualTo(2);
    }
  }

  @Test
  void rootsOnTwoFileSystemsCostOneForceOfTheJournalMore() throws Exception {
    try (LoopFileSystem a = LoopFileSystem.make(folder.resolve("a"), Kind.EXT4, MEGABYTES);
        LoopFileSystem b = LoopFileSystem.make(folder.resolve("b"), Kind.EXT4, MEGABYTES)) {
      Path state = a.point().resolve("state");
      Path first = Files.createDirectory(a.point().resolve("r"));
      Path second = Files.createDirectory(b.point().resolve("r"));
      for (int files : List.of(1, 200)) {
        writeBoth(state, first, second, files, 0);
        List<DeviceCounts> counts =
            least(
                List.of(a, b),
                List.of(6, 4),
                number -> writeBoth(state, first, second, files, number));
        System.out.println("flushes in strict mode, " + files + " files: " + counts);
        assertThat(counts.get(0).flushes()).as("with the journal").isEqualTo(6);
        assertThat(counts.get(1).flushes()).as("without").isEqualTo(4);
      }
    }
  }

  @Test
  void recoveryIsBoundedToo() throws Exception {
    try (LoopFileSystem disk = LoopFileSystem.make(folder.resolve("fs"), Kind.EXT4, MEGABYTES)) {
      Path state = disk.point().resolve("state");
      Path live = disk.point().resolve("live");
      Path one = SampleTree.make(folder.resolve("one"), 100, 512, 1);
      Path two = SampleTree.make(folder.resolve("two"), 100, 512, 2);
      apply(state, one, live);
      for (Kill kill : Kill.values()) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
          kill.apply(state, two, live);
          disk.settle();
          DeviceCounts before = disk.counts();
          recover(state);
          least = Math.min(least, disk.counts().since(before).flushes());
          assertThat(live.resolve("d0/f0"))
              .hasSameBinaryContentAs((kill == Kill.BEFORE_GO ? one : two).resolve("d0/f0"));
          apply(state, one, live);
        }
        System.out.println("flushes of a recovery " + kill + ": " + least);
        assertThat(least).as(kill.name()).isBetween(1L, kill.bound);
      }
    }
  }

  /**
   * Where the program is killed: of its renames the first names the folder, the next is {@code go},
   * and a hundred exchanges follow.
   */
  private enum Kill {
    BEFORE_GO(2, 8),
    AMONG_THE_CHANGES(50, 8);

    private final int rename;
    private final long bound;

    Kill(int rename, long bound) {
      this.rename = rename;
      this.bound = bound;
    }

    void apply(Path state, Path source, Path live) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2"));
      command.addAll(List.of("-e", "inject=renameat2:signal=KILL:when=" + rename));
      command.addAll(
          ProgramRun.command(ProgramRun.HEAP, "apply", source.toString(), live.toString()));
      assertThat(ProgramRun.of(state, command).exit()).as(name()).isEqualTo(137);
    }
  }

  private static void recover(Path state) throws IOException {
    try (Holdfast holdfast = Holdfast.open(state)) {
      assertThat(holdfast.recovered().isUnresolved()).isFalse();
      assertThat(holdfast.recovered().findings()).isNotEmpty();
    }
  }

  private static void undoNewest(Path state) throws IOException {
    try (Holdfast holdfast = Holdfast.open(state)) {
      long newest;
      try (var log = holdfast.log()) {
        newest = log.newestFirst().next().sequence();
      }
      holdfast.undo(newest, Options.message("back"), Progress.NONE);
    }
  }

  private static void writeBoth(Path state, Path first, Path second, int files, int number)
      throws IOException {
    try (Holdfast holdfast = Holdfast.open(state)) {
      Root one = holdfast.root(first);
      Root two = holdfast.root(second);
      try (Transaction transaction = holdfast.begin(Options.message("both"), one, two)) {
        for (int i = 0; i < files; i++) {
          byte[] contents =
              ("number " + number + " of " + i).getBytes(java.nio.charset.StandardCharsets.UTF_8);
          transaction.write(one, "f" + i, contents);
          transaction.write(two, "f" + i, contents);
        }
        transaction.commit();
      }
    }
  }

  private static Committed apply(Path state, Path source, Path live) throws IOException {
    try (Holdfast holdfast = Holdfast.open(state);
        TreeSource tree =
            DirectorySource.open(
                LinuxDisk.create(), AbsolutePath.of(source.toString()), Excludes.NONE)) {
      return holdfast.apply(
          tree,
          AbsolutePath.of(live.toString()),
          ApplyOptions.of(Options.message("update")),
          Progress.NONE);
    }
  }
}
