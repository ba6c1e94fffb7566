package dev.holdfast.testing.history;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.SqlHistory;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.h2.H2Journal;
import dev.holdfast.testing.CampaignOptions;
import dev.holdfast.testing.CampaignUsageException;
import dev.holdfast.testing.scale.ProgramRun;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A long history: what {@code log} costs beside an empty one, and what the SQL history costs.
 *
 * <pre>
 *   --transactions N   (100,000)
 *   --operations N     of each (10)
 *   --rounds N         of log, alternating between the two journals (9)
 *   --folder PATH      where the journals go; they are removed in the end
 *   --journals PATH    the journals that an earlier run made there, and keeps: no new ones
 * </pre>
 */
public final class HistoryCampaign {
  private static final Set<String> OPTIONS =
      Set.of("transactions", "operations", "rounds", "folder", "journals");
  private static final double LOG_GOAL = 1.3;
  private static final long PATH_GOAL_MILLIS = 50;
  private static final int FILES = 5000;
  private static final int SHOWN = 20;
  private static final String EMPTY = "empty";
  private static final String FEW = "few";
  private static final String FULL = "full";
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final PrintStream out;
  private final Random random = new Random(1);
  private final Host host = LinuxDisk.create().host();

  private HistoryCampaign(PrintStream out) {
    this.out = out;
  }

  /** Runs it and returns the exit status. */
  public static int run(List<String> arguments, PrintStream out)
      throws IOException, CampaignUsageException {
    CampaignOptions options = CampaignOptions.parse(arguments, OPTIONS);
    int rounds = (int) options.number("rounds", 9);
    HistoryCampaign campaign = new HistoryCampaign(out);
    String kept = options.text("journals", "");
    if (!kept.isEmpty() && Files.exists(Path.of(kept, FULL))) {
      return campaign.measure(Path.of(kept), rounds) ? 0 : 1;
    }
    Path folder =
        kept.isEmpty()
            ? Files.createTempDirectory(
                Path.of(options.text("folder", System.getProperty("java.io.tmpdir"))),
                "holdfast-history")
            : Files.createDirectories(Path.of(kept));
    try {
      campaign.write(
          folder,
          (int) options.number("transactions", 100_000),
          (int) options.number("operations", 10));
      return campaign.measure(folder, rounds) ? 0 : 1;
    } finally {
      if (kept.isEmpty()) {
        remove(folder);
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
        Files.delete(path);
      }
    }
  }

  private void write(Path folder, int transactions, int operations) throws IOException {
    writeJournal(folder.resolve(EMPTY), 0, 0);
    writeJournal(folder.resolve(FEW), SHOWN, operations);
    long start = System.nanoTime();
    writeJournal(folder.resolve(FULL), transactions, operations);
    out.printf(
        "history: %d transactions of %d operations written in %d s%n",
        transactions, operations, seconds(start));
  }

  private boolean measure(Path folder, int rounds) throws IOException {
    Path full = folder.resolve(FULL);
    double ratio = logRatio(folder.resolve(EMPTY), full, rounds);
    double ofFew = logRatio(folder.resolve(FEW), full, rounds);
    long start = System.nanoTime();
    long pathMillis;
    try (Holdfast holdfast =
        Holdfast.openWithoutRecovery(LinuxDisk.create(), AbsolutePath.of(full.toString()))) {
      try (SqlHistory sql = holdfast.sql()) {
        out.printf("history: SQL database brought up to date in %d s%n", seconds(start));
        pathMillis = pathMillis(sql);
      }
      start = System.nanoTime();
      holdfast.sql().close();
      out.printf(
          "history: opened again, with nothing new, in %d ms%n",
          Duration.ofNanos(System.nanoTime() - start).toMillis());
    }
    out.printf(
        "history: log -n 20 takes %.2f x that of an empty journal (goal %.1f), %.2f x that of one"
            + " of %d transactions; a path's history %d ms (goal %d)%n",
        ratio, LOG_GOAL, ofFew, SHOWN, pathMillis, PATH_GOAL_MILLIS);
    return ratio <= LOG_GOAL && pathMillis <= PATH_GOAL_MILLIS;
  }

  private static long seconds(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }

  /** The median of alternating runs' ratios: both see the same weather. */
  private static double logRatio(Path empty, Path full, int rounds) throws IOException {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rounds + 1; i++) {
      double of = log(empty);
      double with = log(full);
      if (i > 0) {
        ratios.add(with / of);
      }
    }
    ratios.sort(null);
    return ratios.get(ratios.size() / 2);
  }

  private static double log(Path state) throws IOException {
    ProgramRun run = ProgramRun.of(state, ProgramRun.HEAP, "log", "-n", Integer.toString(SHOWN));
    if (run.exit() != 0) {
      throw new IOException("log failed: " + run.said());
    }
    return run.took().toNanos();
  }

  private static long pathMillis(SqlHistory sql) throws IOException {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      int[] rows = new int[1];
      long start = System.nanoTime();
      sql.query(
          "SELECT o.transaction_id, t.user_name, t.message, o.kind FROM operations o JOIN"
              + " transactions t ON t.id = o.transaction_id WHERE o.path = '/srv/app/d1/file-17'"
              + " ORDER BY o.transaction_id DESC",
          new SqlHistory.Rows() {
            @Override
            public void columns(List<String> labels) {}

            @Override
            public void row(List<@Nullable Object> values) {
              rows[0]++;
            }
          });
      if (rows[0] == 0) {
        throw new IllegalStateException("the path has no history");
      }
      least = Math.min(least, Duration.ofNanos(System.nanoTime() - start).toMillis());
    }
    return least;
  }

  private void writeJournal(Path state, int transactions, int operations) throws IOException {
    try (H2Journal journal =
        H2Journal.open(LinuxDisk.create(), AbsolutePath.of(state.toString()))) {
      for (int i = 0; i < transactions; i++) {
        try (JournalWriter writer = journal.write()) {
          Instant began = START.plusSeconds(60L * i);
          TransactionId id = id(i);
          writer.record(
              beginning(id, began, i),
              sequence -> plan(id, sequence, writer.journal(), operations),
              new Outcome(
                  began.plusMillis(12), null, false, "L2", 800, operations, "syncfs", List.of()));
          if (i == transactions - 1) {
            writer.force();
          }
        }
      }
    }
  }

  private TransactionId id(int number) {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    return new TransactionId(
        "20260101T%06d-%s".formatted(number % 240_000, HexFormat.of().formatHex(bytes)));
  }

  private Beginning beginning(TransactionId id, Instant began, int number) {
    return new Beginning(
        id,
        began,
        number % 7 == 0 ? "ann" : host.userName(),
        host.uid(),
        -1,
        host.hostName(),
        host.bootId(),
        host.processId(),
        "/root",
        List.of(ByteString.of("holdfast apply build /srv/app".getBytes(StandardCharsets.UTF_8))),
        "release " + number,
        List.of(AbsolutePath.of("/srv/app")),
        null,
        false);
  }

  private Plan plan(TransactionId id, long sequence, UUID journal, int count) {
    List<FileOperation> operations = new ArrayList<>();
    int first = random.nextInt(FILES);
    for (int i = 0; i < count; i++) {
      int file = (first + i) % FILES;
      operations.add(
          new FileOperation.Replace(
              0,
              RelativePath.of("d" + file % 40 + "/file-" + file / 40 * 17),
              facts(),
              new FileIdentity(1000 + file, START),
              facts(),
              new FileIdentity(100_000 + random.nextInt(1_000_000), START),
              i + 1));
    }
    return new Plan(
        id,
        sequence,
        journal,
        DurabilityMode.MERGED,
        List.of(
            new PlannedRoot(
                AbsolutePath.of("/srv/app"),
                AbsolutePath.of("/srv/.holdfast/app"),
                "ext4-0",
                new FileIdentity(1, START),
                true)),
        operations,
        List.of());
  }

  private Facts facts() {
    byte[] digest = new byte[32];
    random.nextBytes(digest);
    return new Facts(
        FileType.FILE,
        0644,
        0,
        0,
        random.nextInt(100_000),
        START.plusSeconds(random.nextInt(10_000_000)),
        ContentDigest.of(digest),
        null,
        null,
        0,
        new TreeMap<>());
  }
}
