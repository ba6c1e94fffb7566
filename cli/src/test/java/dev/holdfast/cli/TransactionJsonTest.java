package dev.holdfast.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.Change;
import dev.holdfast.engine.Changes;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.DurabilityMode;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileIdentity;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlannedRoot;
import dev.holdfast.journal.TransactionId;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TransactionJsonTest {
  private static final TransactionId ID =
      new TransactionId("20261122T074612-0123456789abcdef01234567");
  private static final Instant TIME = Instant.parse("2026-11-22T07:46:12.123456789Z");
  private static final FileIdentity INODE = new FileIdentity(7, Instant.EPOCH);
  private static final AbsolutePath ROOT = AbsolutePath.of("/srv/app");
  private static final Facts FILE =
      new Facts(
          FileType.FILE,
          0640,
          0,
          -2,
          5,
          TIME,
          ContentDigest.of(new byte[32]),
          null,
          null,
          0,
          new TreeMap<>(Map.of("user.x", ByteString.of(new byte[] {1, 2, -1}))));

  static TransactionRecord record(TransactionState state, @Nullable Outcome outcome) {
    Beginning beginning =
        new Beginning(
            ID,
            TIME,
            "root",
            0,
            -1,
            "host",
            "boot",
            4711,
            "/",
            List.of(Transcript.bytes("holdfast"), Transcript.bytes("apply it's")),
            "rotate keys",
            List.of(ROOT),
            11L,
            false);
    return new TransactionRecord(12, beginning, state, 3, null, outcome, false);
  }

  private static Map<String, @Nullable Object> printed(Printer.JsonContent content)
      throws IOException {
    Transcript transcript = new Transcript();
    transcript.printer.object(content);
    transcript.printer.flush();
    assertThat(transcript.out()).endsWith("}\n").hasLineCount(1);
    return JsonText.object(transcript.out());
  }

  private static Facts link(String target) {
    return new Facts(
        FileType.SYMLINK,
        0,
        0,
        0,
        0,
        TIME,
        null,
        Transcript.bytes(target),
        null,
        0,
        new TreeMap<>());
  }

  private static Plan plan(FileOperation... operations) {
    return new Plan(
        ID,
        12,
        new UUID(1, 2),
        DurabilityMode.MERGED,
        List.of(
            new PlannedRoot(
                AbsolutePath.of("/srv"), AbsolutePath.of("/.holdfast/srv"), "f", INODE, false),
            new PlannedRoot(ROOT, AbsolutePath.of("/srv/.holdfast/app"), "f", INODE, true)),
        List.of(operations),
        List.of());
  }

  private static List<Change> changes(Plan plan) {
    return Changes.of(plan.operations(), plan.roots().stream().map(PlannedRoot::path).toList());
  }

  @Test
  void summaryHasTheContractsKeys() throws IOException {
    Outcome outcome = new Outcome(TIME.plusSeconds(1), null, false, "L1", 812, 3, List.of());
    Map<String, @Nullable Object> json =
        printed(j -> new TransactionJson(j).summary(record(TransactionState.APPLIED, outcome)));
    assertThat(json)
        .contains(
            entry("id", "12"),
            entry("state", "applied"),
            entry("began", "2026-11-22T07:46:12.123456789Z"),
            entry("finished", "2026-11-22T07:46:13.123456789Z"),
            entry("user", "root"),
            entry("uid", 0L),
            entry("host", "host"),
            entry("command", "holdfast 'apply it'\\''s'"),
            entry("message", "rotate keys"),
            entry("roots", List.of("/srv/app")),
            entry("operations", 3L),
            entry("undoes", "11"),
            entry("reason", null),
            entry("level", "L1"),
            entry("exposure_us", 812L));
  }

  @Test
  void whatIsNotKnownYetIsNull() throws IOException {
    Map<String, @Nullable Object> json =
        printed(j -> new TransactionJson(j).summary(record(TransactionState.ACTIVE, null)));
    assertThat(json)
        .contains(
            entry("state", "active"),
            entry("finished", null),
            entry("level", null),
            entry("exposure_us", null));
  }

  @Test
  void doubtIsNotFinished() throws IOException {
    Map<String, @Nullable Object> json =
        printed(j ->
            new TransactionJson(j)
                .summary(record(TransactionState.IN_DOUBT, Outcome.because(TIME, "disk failed"))));
    assertThat(json).contains(entry("finished", null), entry("reason", "disk failed"));
  }

  @Test
  @SuppressWarnings("unchecked") // maps of strings are what JsonText makes of objects
  void operationsHaveTheContractsKeys() throws IOException {
    RelativePath strange = RelativePath.of(new byte[] {'a', (byte) 0xff});
    Plan plan =
        plan(
            new FileOperation.Create(1, strange, FILE, INODE, 1, RelativePath.EMPTY),
            new FileOperation.Replace(1, RelativePath.of("l"), link("x"), INODE, FILE, INODE, 2),
            new FileOperation.Delete(1, RelativePath.of("gone"), FILE, INODE, 3),
            new FileOperation.Move(1, RelativePath.of("old"), RelativePath.of("new"), FILE, INODE),
            new FileOperation.SetAttributes(1, RelativePath.EMPTY, FILE, FILE, INODE));
    Map<String, @Nullable Object> json =
        printed(j -> new TransactionJson(j).whole(record(TransactionState.APPLIED, null), plan));
    List<Map<String, @Nullable Object>> operations =
        (List<Map<String, @Nullable Object>>) requireNonNull(json.get("operations"));
    assertThat(operations).hasSize(5);
    assertThat(operations)
        .extracting(operation -> operation.get("kind"))
        .containsExactly("create", "replace", "delete", "move", "attributes");
    assertThat(operations).allSatisfy(o -> assertThat(o).containsEntry("root", "/srv/app"));
    assertThat(operations.get(0))
        .contains(
            entry("path", "a\uFFFD"),
            entry("path_bytes", "Yf8="),
            entry("to", null),
            entry("before", null));
    assertThat((Map<String, @Nullable Object>) operations.get(0).get("after"))
        .containsOnly(
            entry("type", "file"),
            entry("mode", "0640"),
            entry("uid", 0L),
            entry("gid", 4_294_967_294L),
            entry("size", 5L),
            entry("mtime", "2026-11-22T07:46:12.123456789Z"),
            entry("sha256", "0".repeat(64)),
            entry("xattrs", Map.of("user.x", "AQL/")));
    assertThat((Map<String, @Nullable Object>) operations.get(1).get("before"))
        .containsOnly(
            entry("type", "symlink"),
            entry("uid", 0L),
            entry("gid", 0L),
            entry("mtime", "2026-11-22T07:46:12.123456789Z"),
            entry("link", "x"));
    assertThat(operations.get(2)).containsEntry("after", null);
    assertThat(operations.get(3)).containsEntry("path", "old").containsEntry("to", "new");
    assertThat(operations.get(4)).containsEntry("path", ".").doesNotContainKey("path_bytes");
  }

  @Test
  void devicesHaveTheirNumbers() throws IOException {
    Facts device =
        new Facts(
            FileType.BLOCK_DEVICE, 0600, 0, 0, 0, TIME, null, null, null, 0x801, new TreeMap<>());
    Map<String, @Nullable Object> json = printed(j -> new EntryJson(j).facts("after", device));
    assertThat(json.toString()).contains("type=device", "device=block 8:1").doesNotContain("size");
  }

  @Test
  void changesAreOneLineAPathSortedByBytes() {
    Facts other = FILE.withDigest(null);
    Plan plan =
        plan(
            new FileOperation.Delete(1, RelativePath.of("z"), FILE, INODE, 3),
            new FileOperation.Replace(1, RelativePath.of("a/b"), FILE, INODE, other, INODE, 2),
            new FileOperation.Replace(1, RelativePath.of("a.b"), link("x"), INODE, FILE, INODE, 2),
            new FileOperation.Replace(1, RelativePath.of("same"), FILE, INODE, FILE, INODE, 2),
            new FileOperation.Create(1, RelativePath.of("n\n"), FILE, INODE, 1, RelativePath.EMPTY),
            new FileOperation.Move(1, RelativePath.of("o"), RelativePath.of("p"), FILE, INODE),
            new FileOperation.SetAttributes(1, RelativePath.EMPTY, FILE, FILE, INODE));
    assertThat(ChangeText.lines(changes(plan)))
        .containsExactly("m .", "M a/b", "T a.b", "A \"n\\n\"", "R o -> p", "m same", "D z");
    assertThat(ChangeText.counted(changes(plan)))
        .isEqualTo("1 added, 4 changed, 1 deleted, 1 renamed");
  }

  @Test
  void changesOfSeveralRootsAreAbsolute() {
    Plan plan =
        plan(
            new FileOperation.Delete(1, RelativePath.of("z"), FILE, INODE, 3),
            new FileOperation.Delete(0, RelativePath.of("y"), FILE, INODE, 3));
    assertThat(ChangeText.lines(changes(plan))).containsExactly("D /srv/y", "D /srv/app/z");
  }

  @Test
  void textForPeopleIsOneLine() {
    assertThat(TransactionText.line(record(TransactionState.APPLIED, null)))
        .isEqualTo(
            "  12  2026-11-22 07:46:12Z  applied      root      3 operations  /srv/app"
                + "  undoes 11  rotate keys");
  }

  @Test
  void bytesAreGivenInTheirUnit() {
    assertThat(TransactionText.bytes(1)).isEqualTo("1 byte");
    assertThat(TransactionText.bytes(1023)).isEqualTo("1023 bytes");
    assertThat(TransactionText.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(TransactionText.bytes(3L << 30)).isEqualTo("3.0 GiB");
    assertThat(TransactionText.bytes(5000L << 40)).isEqualTo("5000.0 TiB");
  }
}
