package dev.holdfast.journal;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Makes transactions up. */
public final class Samples {
  private static final Instant NOW = Instant.parse("2026-11-22T08:00:00.123456789Z");

  private static final AtomicInteger COUNT = new AtomicInteger();

  private Samples() {}

  /** Returns a random transaction id. */
  public static TransactionId id(Random random) {
    byte[] bytes = new byte[12];
    random.nextBytes(bytes);
    String time = Long.toString(1_000_000 + COUNT.incrementAndGet()).substring(1);
    return new TransactionId("20261122T" + time + "-" + HexFormat.of().formatHex(bytes));
  }

  /** Returns the beginning of a transaction. */
  public static Beginning beginning(Random random, String message) {
    return new Beginning(
        id(random),
        NOW,
        "root",
        0,
        1000,
        "host.example",
        "0f0e0d0c-0b0a-0908-0706-050403020100",
        4711,
        "/root",
        List.of(ByteString.of(utf8("holdfast")), ByteString.of(new byte[] {(byte) 0xff, 1})),
        message,
        List.of(AbsolutePath.of("/srv/app/conf"), AbsolutePath.of("/etc/sv")),
        null,
        false,
        new Origin(
            Origin.Kind.ACCEPT,
            "ann",
            4710,
            List.of(ByteString.of(utf8("-bash")), ByteString.of(new byte[] {(byte) 0xfe})),
            Origin.STAGED,
            List.of(9L, 7L)));
  }

  /** Returns an outcome. */
  public static Outcome outcome(@Nullable String reason) {
    return new Outcome(NOW, reason, false, "L1", 1234, 7, "syncfs", List.of());
  }

  /**
   * Returns a plan of replacements, {@code operations} of them, as an upgrade of a tree has them.
   */
  public static Plan plan(TransactionRecord record, UUID journal, int operations, Random random) {
    List<FileOperation> list = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      list.add(
          new FileOperation.Replace(
              0,
              RelativePath.of("usr/share/package-" + i / 40 + "/directory/file-" + i % 40 + ".txt"),
              facts(random, FileType.FILE),
              new FileIdentity(1_000_000 + random.nextInt(100_000), time(random)),
              facts(random, FileType.FILE),
              new FileIdentity(2_000_000 + i, time(random)),
              i + 1));
    }
    List<DirectoryTime> times = new ArrayList<>();
    for (int i = 0; i < operations; i += 40) {
      times.add(
          new DirectoryTime(
              0,
              RelativePath.of("usr/share/package-" + i / 40 + "/directory"),
              new FileIdentity(i, time(random)),
              time(random),
              time(random)));
    }
    return new Plan(
        record.id(),
        record.sequence(),
        journal,
        DurabilityMode.MERGED,
        List.of(
            new PlannedRoot(
                AbsolutePath.of("/srv/app"),
                AbsolutePath.of("/srv/.holdfast/app"),
                "ext4-0123456789abcdef",
                new FileIdentity(4711, Instant.ofEpochSecond(1_700_000_000, 17)),
                true)),
        list,
        times);
  }

  /** Returns a plan with every kind of operation and of entry, in random order. */
  public static Plan mixedPlan(
      TransactionId id, long sequence, UUID journal, int operations, Random random) {
    List<PlannedRoot> roots = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      roots.add(
          new PlannedRoot(
              AbsolutePath.of("/srv/root-" + i),
              AbsolutePath.of("/srv/.holdfast/root-" + i),
              "file system " + i,
              new FileIdentity(random.nextLong(), Instant.ofEpochSecond(random.nextInt())),
              random.nextBoolean()));
    }
    List<FileOperation> list = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      int root = random.nextInt(roots.size());
      RelativePath path = path(random);
      Facts before = anyFacts(random);
      Facts after = anyFacts(random);
      FileIdentity one = identity(random);
      FileIdentity other = identity(random);
      int slot = random.nextBoolean() ? i : random.nextInt(Integer.MAX_VALUE);
      list.add(
          switch (random.nextInt(5)) {
            case 0 -> new FileOperation.Create(root, path, after, one, slot, within(path, random));
            case 1 -> new FileOperation.Replace(root, path, before, one, after, other, slot);
            case 2 -> new FileOperation.Delete(root, path, before, one, slot);
            case 3 -> new FileOperation.Move(root, path, path(random), before, one);
            default -> new FileOperation.SetAttributes(root, path, before, after, one);
          });
    }
    List<DirectoryTime> times = new ArrayList<>();
    for (int i = 0; i < operations / 3; i++) {
      times.add(
          new DirectoryTime(
              random.nextInt(3), path(random), identity(random), time(random), time(random)));
    }
    return new Plan(
        id,
        sequence,
        journal,
        random.nextBoolean() ? DurabilityMode.MERGED : DurabilityMode.STRICT,
        roots,
        list,
        times);
  }

  private static RelativePath within(RelativePath path, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> RelativePath.EMPTY;
      case 1 -> path.isEmpty() ? RelativePath.EMPTY : RelativePath.of(path.name());
      default -> path(random);
    };
  }

  private static RelativePath path(Random random) {
    StringBuilder path = new StringBuilder();
    int depth = random.nextInt(5);
    for (int i = 0; i < depth; i++) {
      path.append(i == 0 ? "" : "/").append("d".repeat(1 + random.nextInt(3)));
      if (random.nextInt(20) == 0) {
        path.append("long".repeat(50));
      }
    }
    return RelativePath.of(path.toString());
  }

  private static FileIdentity identity(Random random) {
    return new FileIdentity(random.nextLong() >>> random.nextInt(64), time(random));
  }

  private static Instant time(Random random) {
    return switch (random.nextInt(10)) {
      case 0 -> Instant.EPOCH;
      case 1 -> Instant.ofEpochSecond(-random.nextInt(1 << 30), random.nextInt(1_000_000_000));
      default -> NOW.plusNanos(random.nextInt());
    };
  }

  private static Facts facts(Random random, FileType type) {
    return new Facts(
        type,
        0644,
        0,
        0,
        random.nextInt(1 << 20),
        NOW.minusNanos(random.nextLong(1L << 50)),
        digest(random),
        null,
        null,
        0,
        new TreeMap<>());
  }

  private static Facts anyFacts(Random random) {
    FileType type = List.of(FileType.values()).get(random.nextInt(FileType.values().length));
    SortedMap<String, ByteString> attributes = new TreeMap<>();
    for (int i = random.nextInt(4); i > 1; i--) {
      byte[] value = new byte[random.nextInt(3)];
      attributes.put("user.ä" + random.nextInt(3), ByteString.of(value));
    }
    return new Facts(
        type,
        random.nextInt(010000),
        random.nextInt(),
        random.nextInt(),
        random.nextLong() >>> 1,
        time(random),
        random.nextBoolean() ? digest(random) : null,
        random.nextBoolean() ? ByteString.of(utf8("target")) : null,
        random.nextBoolean() ? path(random) : null,
        random.nextBoolean() ? random.nextLong() : 0,
        attributes);
  }

  private static ContentDigest digest(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return ContentDigest.of(bytes);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
