package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.journal.h2.ChainVerifier;
import dev.holdfast.journal.h2.H2Journal;
import dev.holdfast.journal.h2.Limits;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A random run of a journal's life, and what has to be there after a crash: everything that was
 * forced, nothing that was never written, and a chain without a gap.
 */
final class JournalRun {
  static final AbsolutePath STATE = AbsolutePath.of("/var/lib/holdfast");

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  private static final Limits LIMITS = new Limits(40 << 10, Duration.ZERO);
  private static final String RECOVERY = "after the crash";

  /** What was known to be durable at some moment. */
  private record Forced(UUID journal, Map<Long, TransactionRecord> records, ChainHead head) {}

  private final Random random;
  private int count;
  private final Map<Long, List<TransactionRecord>> versions = new HashMap<>();
  private final Map<Long, Plan> plans = new HashMap<>();
  private final Map<Long, TransactionRecord> present = new TreeMap<>();

  JournalRun(long seed) {
    this.random = new Random(seed);
  }

  static H2Journal open(Disk disk, long seed) throws IOException {
    try {
      SecureRandom secure = SecureRandom.getInstance("SHA1PRNG");
      secure.setSeed(seed);
      return H2Journal.open(disk, STATE, LIMITS, InstantSource.fixed(NOW), secure);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Lives for some moments of writing. What is forced is noted in the recording. */
  void live(SimulatedDisk recorder, Disk disk, int moments) throws IOException {
    try (H2Journal journal = open(disk, random.nextLong())) {
      note(recorder, journal, null);
      for (int i = 0; i < moments; i++) {
        try (Directory place = disk.openDirectory(STATE);
            FileSystemSync barrier = place.openSync();
            JournalWriter writer = journal.write()) {
          for (int j = random.nextInt(4); j >= 0; j--) {
            step(writer);
          }
          switch (random.nextInt(4)) {
            case 0 -> {
              writer.force();
              note(recorder, journal, writer);
            }
            case 1 -> {
              writer.force(barrier, place);
              note(recorder, journal, writer);
            }
            default -> {}
          }
        }
      }
    }
  }

  private void note(SimulatedDisk recorder, H2Journal journal, @Nullable JournalWriter writer)
      throws IOException {
    recorder.note(
        writer == null
            ? new Forced(journal.id(), Map.of(), new ChainHead(0, digest(new byte[32])))
            : new Forced(journal.id(), Map.copyOf(present), writer.head()));
  }

  void step(JournalWriter writer) throws IOException {
    List<TransactionRecord> open = writer.unfinished();
    if (open.isEmpty() || random.nextInt(4) == 0) {
      keep(writer.begin(beginning("x".repeat(random.nextInt(300)))));
      return;
    }
    TransactionRecord record = open.get(random.nextInt(open.size()));
    switch (record.state()) {
      case ACTIVE -> {
        Plan plan = plan(record, writer.journal(), 1 + random.nextInt(60));
        plans.put(record.sequence(), plan);
        keep(writer.decide(plan));
      }
      case COMMITTED, ROLLING_BACK, IN_DOUBT -> {
        List<TransactionState> next = new ArrayList<>();
        for (TransactionState state : TransactionState.values()) {
          if (record.state().mayBecome(state)) {
            next.add(state);
          }
        }
        TransactionState to = next.get(random.nextInt(next.size()));
        keep(writer.advance(record.sequence(), to, Outcome.because(NOW, "step " + count++)));
      }
      case APPLIED, ROLLED_BACK -> throw new AssertionError(record);
    }
  }

  private void keep(TransactionRecord record) {
    versions.computeIfAbsent(record.sequence(), _ -> new ArrayList<>()).add(record);
    present.put(record.sequence(), record);
  }

  /** Opens what a crash left, as the next command does, and goes on. */
  static void recover(Disk disk) throws IOException {
    try (H2Journal journal = open(disk, 7);
        JournalWriter writer = journal.write()) {
      writer.force();
      Random random = new Random(writer.lastSequence());
      TransactionRecord record = writer.begin(beginning(random, RECOVERY));
      writer.decide(plan(random, record, journal.id(), 3));
      writer.advance(record.sequence(), TransactionState.APPLIED, Outcome.because(NOW, RECOVERY));
      writer.force();
    }
  }

  /** Checks what is there after a crash and the recovery. */
  void check(Disk disk, List<Object> notes) throws IOException {
    try (H2Journal journal = open(disk, 8);
        JournalView view = journal.read()) {
      List<ChainHead> anchors = new ArrayList<>();
      for (Object note : notes) {
        if (note instanceof Forced forced) {
          assertThat(journal.id()).isEqualTo(forced.journal());
          anchors.add(forced.head());
          forced.records().values().forEach(record -> isThere(view, record));
        }
      }
      for (long sequence = 1; sequence <= view.lastSequence(); sequence++) {
        TransactionRecord record = view.find(sequence).orElseThrow();
        if (!record.beginning().message().equals(RECOVERY)) {
          assertThat(versions.get(sequence)).contains(record);
          if (record.planDigest() != null) {
            assertThat(view.plan(sequence)).contains(plans.get(sequence));
          }
        }
      }
      anchors.removeIf(anchor -> anchor.records() == 0);
      ChainVerifier.verify(journal, anchors);
    }
  }

  private void isThere(JournalView view, TransactionRecord forced) {
    List<TransactionRecord> known = versions.getOrDefault(forced.sequence(), List.of());
    try {
      TransactionRecord found = view.find(forced.sequence()).orElseThrow();
      assertThat(known.indexOf(found)).isGreaterThanOrEqualTo(known.indexOf(forced));
    } catch (IOException e) {
      throw new AssertionError(forced.toString(), e);
    }
  }

  private Beginning beginning(String message) {
    return beginning(random, message);
  }

  private static Beginning beginning(Random random, String message) {
    byte[] id = new byte[12];
    random.nextBytes(id);
    return new Beginning(
        new TransactionId("20261122T100000-" + HexFormat.of().formatHex(id)),
        NOW,
        "root",
        0,
        -1,
        "host",
        "boot",
        1,
        "/",
        List.of(),
        message,
        List.of(AbsolutePath.of("/srv")),
        null,
        false);
  }

  private Plan plan(TransactionRecord record, UUID journal, int operations) {
    return plan(random, record, journal, operations);
  }

  private static Plan plan(Random random, TransactionRecord record, UUID journal, int operations) {
    List<FileOperation> list = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      byte[] contents = new byte[32];
      random.nextBytes(contents);
      Facts facts =
          new Facts(
              FileType.FILE, 0644, 0, 0, i, NOW, digest(contents), null, null, 0, new TreeMap<>());
      FileIdentity inode = new FileIdentity(random.nextInt(1000), NOW);
      list.add(
          new FileOperation.Replace(
              0, RelativePath.of("d/file-" + i), facts, inode, facts, inode, i));
    }
    PlannedRoot root =
        new PlannedRoot(
            AbsolutePath.of("/srv"),
            AbsolutePath.of("/.holdfast/srv"),
            "fs",
            new FileIdentity(1, NOW),
            true);
    return new Plan(
        record.id(),
        record.sequence(),
        journal,
        DurabilityMode.MERGED,
        List.of(root),
        list,
        List.of());
  }

  private static ContentDigest digest(byte[] bytes) {
    return ContentDigest.of(bytes);
  }
}
