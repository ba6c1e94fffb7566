package dev.holdfast.testing.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.testing.scale.LoopFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each changed file costs: system calls and bytes written, not time. Taken from the difference
 * between many files and few, so that the start of the program is not in it.
 */
class SystemCallsIT {
  private static final int FEW = 100;
  private static final int MANY = 600;
  private static final int BYTES = 1024;

  /** Of the calls that an update makes; what else there is, is the virtual machine's. */
  private static final List<String> COUNTED =
      List.of(
          "statx",
          "openat2",
          "close",
          "pread64",
          "pwrite64",
          "renameat2",
          "fchmod",
          "fchown",
          "utimensat",
          "listxattr",
          "flistxattr",
          "getdents64",
          "unlinkat",
          "linkat",
          "mkdirat",
          "fdatasync",
          "fsync",
          "syncfs");

  @TempDir Path folder;

  @Test
  void aChangedFileCostsNoMoreThanItDid() throws Exception {
    LoopFileSystem made;
    try {
      made = LoopFileSystem.make(folder.resolve("fs"), Kind.EXT4, 320);
      Tool.run("strace", "-V");
    } catch (IOException e) {
      assumeTrue(false, "cannot be had here: " + e.getMessage());
      return;
    }
    try (LoopFileSystem disk = made) {
      Map<String, Double> calls = new TreeMap<>();
      long[] kilobytes = new long[2];
      for (int files : List.of(FEW, MANY)) {
        Path one = SampleTree.make(folder.resolve("one-" + files), files, BYTES, 1);
        Path two = SampleTree.make(folder.resolve("two-" + files), files, BYTES, 2);
        Path live = disk.point().resolve("live-" + files);
        Path state = disk.point().resolve("state");
        ProgramRun.of(state, ProgramRun.HEAP, "apply", one.toString(), live.toString()).exits(0);
        disk.settle();
        DeviceCounts before = disk.counts();
        counted(state, two, live)
            .forEach((call, count) ->
                calls.merge(call, (files == FEW ? -1.0 : 1.0) * count / (MANY - FEW), Double::sum));
        kilobytes[files == FEW ? 0 : 1] = disk.counts().since(before).kilobytes();
      }
      double all = COUNTED.stream().mapToDouble(call -> calls.getOrDefault(call, 0.0)).sum();
      double written = (double) (kilobytes[1] - kilobytes[0]) / (MANY - FEW);
      System.out.printf("each changed file: %.1f calls %s, %.1f KiB%n", all, calls, written);
      assertThat(all).as("calls: %s", calls).isLessThan(34);
      assertThat(calls.get("renameat2")).as("an exchange").isLessThan(1.05);
      assertThat(calls.get("pwrite64")).as("its contents").isLessThan(1.1);
      assertThat(calls.getOrDefault("fdatasync", 0.0)).isLessThan(0.01);
      assertThat(calls.getOrDefault("syncfs", 0.0)).isLessThan(0.01);
      assertThat(written).as("KiB written").isLessThan(8);
    }
  }

  private Map<String, Integer> counted(Path state, Path source, Path live) throws IOException {
    Path table = folder.resolve("calls");
    List<String> command = new ArrayList<>(List.of("strace", "-f", "-c", "-o", table.toString()));
    command.addAll(
        ProgramRun.command(ProgramRun.HEAP, "apply", source.toString(), live.toString()));
    ProgramRun.of(state, command).exits(0);
    Map<String, Integer> calls = new TreeMap<>();
    for (String line : Files.readAllLines(table)) {
      String[] fields = line.strip().split("\\s+", -1);
      String call = fields[fields.length - 1];
      if (fields.length >= 5 && COUNTED.contains(call)) {
        calls.put(call, Integer.parseInt(fields[3]));
      }
    }
    return calls;
  }
}
