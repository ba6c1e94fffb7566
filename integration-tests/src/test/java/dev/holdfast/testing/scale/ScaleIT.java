package dev.holdfast.testing.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testing.scale.FullDisk.Shortage;
import dev.holdfast.testing.scale.LoopFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The smaller siblings of the campaign {@code scale}. */
class ScaleIT {
  private static final long SEED = Long.getLong("holdfast.seed", 20261122L);
  private static final int FILLINGS = Integer.getInteger("holdfast.fillings", 5);

  /** The step at which the changes begin is in the second half. */
  private static final int LAST_STEPS = 150;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"EXT4,BLOCKS", "XFS,BLOCKS", "BTRFS,BLOCKS", "EXT4,INODES", "BTRFS,QUOTA"})
  void aDiskThatBecomesFullLeavesTheOldTreeOrTheNewOne(Kind kind, Shortage shortage)
      throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    FullDisk made;
    try {
      made = FullDisk.make(folder.resolve("full"), kind, shortage);
    } catch (IOException e) {
      assumeTrue(false, "cannot be had here: " + e.getMessage());
      return;
    }
    try (FullDisk disk = made) {
      int steps = disk.steps();
      for (int i = 0; i < FILLINGS; i++) {
        int from = i % 2 == 0 ? 0 : steps - LAST_STEPS;
        disk.fillAt(from + 1 + random.nextInt(steps - from), random.nextInt(12));
      }
      System.out.println(kind + ", " + shortage + " (seed " + SEED + "): " + disk.figures());
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndTheNextUpdateGoesThrough() throws Exception {
    LoopFileSystem made;
    try {
      made = LoopFileSystem.make(folder.resolve("fs"), Kind.EXT4, 32);
    } catch (IOException e) {
      assumeTrue(false, "cannot be had here: " + e.getMessage());
      return;
    }
    try (LoopFileSystem disk = made) {
      Path state = disk.point().resolve("state");
      Path live = disk.point().resolve("live");
      Path one = SampleTree.make(folder.resolve("one"), 20, 1000, 1);
      Path big = SampleTree.make(folder.resolve("big"), 20, 3 << 20, 2);
      ProgramRun.of(state, "64m", "apply", one.toString(), live.toString()).exits(0);
      ProgramRun refused =
          ProgramRun.of(state, "64m", "apply", big.toString(), live.toString()).exits(1);
      assertThat(refused.said()).contains("no space left").contains("nothing was changed");
      assertThat(live.resolve("d0/f0")).hasSameBinaryContentAs(one.resolve("d0/f0"));
      try (var left = Files.list(disk.point().resolve(".holdfast/live/tx"))) {
        assertThat(left).as("transactions' folders").hasSize(1); // the one of the first update
      }
      Path two = SampleTree.make(folder.resolve("two"), 20, 1000, 3);
      ProgramRun.of(state, "64m", "apply", two.toString(), live.toString()).exits(0);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"XFS", "BTRFS"})
  void aBigFileOfTheSameFileSystemIsNotWrittenAgain(Kind kind) throws Exception {
    LoopFileSystem made;
    try {
      made = LoopFileSystem.make(folder.resolve("fs"), kind, LoopFileSystem.SMALLEST);
    } catch (IOException e) {
      assumeTrue(false, "cannot be had here: " + e.getMessage());
      return;
    }
    try (LoopFileSystem disk = made) {
      Path state = disk.point().resolve("state");
      Path live = disk.point().resolve("live");
      Path source = disk.point().resolve("source");
      Path file = SampleTree.big(source.resolve("big"), 64, 1);
      disk.settle();
      DeviceCounts before = disk.counts();
      ProgramRun.of(state, "64m", "apply", source.toString(), live.toString()).exits(0);
      DeviceCounts counts = disk.counts().since(before);
      System.out.println("a file of 64 MiB from the same " + kind + ": " + counts);
      assertThat(counts.kilobytes()).isLessThan(16 << 10);
      assertThat(live.resolve("big")).hasSameBinaryContentAs(file);
    }
  }

  @Test
  void memoryDoesNotDependOnTheSizeOfAFile() throws Exception {
    Path state = folder.resolve("state");
    Path live = folder.resolve("live");
    long[] peaks = new long[2];
    int[] megabytes = {1, 300};
    for (int i = 0; i < 2; i++) {
      Path source = folder.resolve("source-" + megabytes[i]);
      SampleTree.big(source.resolve("big"), megabytes[i], 1);
      ProgramRun run =
          ProgramRun.of(state, "48m", "apply", source.toString(), live.toString()).exits(0);
      peaks[i] = run.peakMegabytes();
      assertThat(live.resolve("big")).hasSameBinaryContentAs(source.resolve("big"));
    }
    System.out.println(
        "peak memory in MiB: a file of 1 MiB " + peaks[0] + ", of 300 MiB " + peaks[1]);
    assertThat(peaks[1]).isLessThan(peaks[0] + 60);
  }

  @Test
  void threeThousandFilesNeedNoMoreThanTheirPlan() throws Exception {
    Path state = folder.resolve("state");
    long[] peaks = new long[2];
    int[] files = {30, 3000};
    for (int i = 0; i < 2; i++) {
      Path source = SampleTree.make(folder.resolve("source-" + files[i]), files[i], 300, 1);
      Path live = Files.createDirectory(folder.resolve("live-" + files[i]));
      peaks[i] =
          ProgramRun.of(state, "64m", "apply", source.toString(), live.toString())
              .exits(0)
              .peakMegabytes();
    }
    System.out.println("peak memory in MiB: 30 files " + peaks[0] + ", 3,000 files " + peaks[1]);
    assertThat(peaks[1]).isLessThan(peaks[0] + 80);
  }
}
