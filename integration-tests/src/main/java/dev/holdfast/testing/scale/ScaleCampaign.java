package dev.holdfast.testing.scale;

import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.scale.FullDisk.Shortage;
import dev.holdfast.testing.scale.LoopFileSystem.Kind;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Many files, a big file, little memory, and disks that become full.
 *
 * <pre>
 *   --only PART     files, big or full
 *   --files N       how many files (100,000)
 *   --megabytes N   of the big file (4,096)
 *   --fillings N    how often each file system is filled up, at steps taken by chance (150)
 *   --seed N        of what is left to chance (1)
 *   --folder PATH   where the images go; room for three times the big file is needed
 * </pre>
 */
public final class ScaleCampaign {
  private static final Set<String> OPTIONS =
      Set.of("only", "files", "megabytes", "fillings", "seed", "folder");
  private static final Set<String> PARTS = Set.of("all", "files", "big", "full");

  /** Blocks or inodes that are left all the same. */
  private static final int SPARED = 12;

  private final PrintStream out;
  private final Path folder;

  private ScaleCampaign(PrintStream out, Path folder) {
    this.out = out;
    this.folder = folder;
  }

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    String only = options.text("only", "all");
    if (!PARTS.contains(only)) {
      throw new CampaignUsageException("no part \"" + only + "\", only " + PARTS);
    }
    Path base = Path.of(options.text("folder", System.getProperty("java.io.tmpdir")));
    Path folder = Files.createTempDirectory(base, "holdfast-scale");
    ScaleCampaign campaign = new ScaleCampaign(out, folder);
    try {
      if (only.equals("all") || only.equals("files")) {
        campaign.manyFiles((int) options.number("files", 100_000));
      }
      if (only.equals("all") || only.equals("big")) {
        campaign.bigFile(options.number("megabytes", 4096));
      }
      if (only.equals("all") || only.equals("full")) {
        campaign.fullDisks(
            (int) options.number("fillings", 150), new SplittableRandom(options.number("seed", 1)));
      }
    } catch (AssertionError e) {
      out.println("violated: " + e.getMessage());
      return 1;
    } finally {
      Tool.run("rm", "-rf", folder.toString());
    }
    out.println("no violation");
    return 0;
  }

  /** Adds, changes, takes back and deletes them. */
  private void manyFiles(int files) throws IOException {
    Path one = SampleTree.make(folder.resolve("one"), files, 700, 1);
    Path two = SampleTree.make(folder.resolve("two"), files, 700, 2);
    try (LoopFileSystem disk =
        LoopFileSystem.make(folder.resolve("many"), Kind.EXT4, 400 + files / 40, "-i", "4096")) {
      Path state = disk.point().resolve("state");
      Path live = disk.point().resolve("live");
      measured(disk, files + " files added", state, ProgramRun.HEAP, "apply", one, live);
      measured(disk, files + " files changed", state, ProgramRun.HEAP, "apply", two, live);
      requireEqual(two, live);
      measured(disk, "nothing to do", state, ProgramRun.HEAP, "apply", two, live);
      measured(disk, "taken back", state, ProgramRun.HEAP, "undo", "last");
      requireEqual(one, live);
      Path empty = Files.createDirectory(folder.resolve("empty"));
      measured(disk, files + " files deleted", state, ProgramRun.HEAP, "apply", empty, live);
      requireEqual(empty, live);
    }
    Tool.run("rm", "-rf", one.toString(), two.toString());
  }

  /** With a heap that is a small part of the file. */
  private void bigFile(long megabytes) throws IOException {
    String heap = "64m";
    Path source = folder.resolve("source");
    Path file = SampleTree.big(source.resolve("big"), megabytes, 1);
    try (LoopFileSystem disk =
        LoopFileSystem.make(folder.resolve("large"), Kind.XFS, 2 * megabytes + 500)) {
      Path state = disk.point().resolve("state");
      Path live = disk.point().resolve("live");
      String name = megabytes + " MiB in one file";
      measured(disk, name + " added", state, heap, "apply", source, live);
      requireEqual(source, live);
      Tool.run("sh", "-c", "printf x | dd conv=notrunc status=none seek=5000 of='" + file + "'");
      measured(disk, "one byte of it changed", state, heap, "apply", source, live);
      requireEqual(source, live);
    }
    Tool.run("rm", "-rf", source.toString());
  }

  private void fullDisks(int fillings, SplittableRandom random) throws IOException {
    for (Kind kind : Kind.values()) {
      full(kind, Shortage.BLOCKS, fillings, random);
    }
    full(Kind.EXT4, Shortage.INODES, fillings, random);
    full(Kind.BTRFS, Shortage.QUOTA, fillings, random);
  }

  private void full(Kind kind, Shortage shortage, int fillings, SplittableRandom random)
      throws IOException {
    String name = kind + ", " + shortage.name().toLowerCase(Locale.ROOT);
    try (FullDisk disk = FullDisk.make(folder.resolve(kind + "-" + shortage), kind, shortage)) {
      int steps = disk.steps();
      for (int i = 0; i < fillings; i++) {
        disk.fillAt(1 + random.nextInt(steps), random.nextBoolean() ? 0 : random.nextInt(SPARED));
      }
      out.println(
          name + ", " + fillings + " times at one of " + steps + " steps: " + disk.figures());
    }
  }

  private void measured(LoopFileSystem disk, String what, Path state, String heap, Object... words)
      throws IOException {
    String[] texts = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      texts[i] = words[i].toString();
    }
    disk.settle();
    DeviceCounts before = disk.counts();
    ProgramRun run = ProgramRun.of(state, heap, texts).exits(0);
    DeviceCounts counts = disk.counts().since(before);
    out.println(
        String.format(
            Locale.ROOT,
            "%s: %.1f s, %d MiB of memory at most (heap %s), %s",
            what,
            run.took().toMillis() / 1000.0,
            run.peakMegabytes(),
            heap,
            counts));
  }

  private static void requireEqual(Path expected, Path live) throws IOException {
    String differences =
        Tool.run("rsync", "-aHAXSni", "--checksum", "--delete", expected + "/", live + "/");
    if (!differences.isEmpty()) {
      throw new AssertionError(live + " is not " + expected + ":\n" + differences);
    }
  }
}
