package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which before-images are freed, when, and what is on record of it. */
class PruneTest {
  private final TestClock clock = new TestClock(Instant.now());
  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    Files.writeString(live.resolve("a"), "0");
    Environment environment =
        new Environment(LinuxDisk.create(), clock, new SecureRandom(), _ -> {});
    holdfast =
        Holdfast.openWithoutRecovery(
            environment, AbsolutePath.of(folder.resolve("state").toString()));
    root = holdfast.root(live);
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private long commit(Root... roots) throws IOException {
    try (Transaction tx = holdfast.begin(Options.message("test"), roots)) {
      for (Root each : roots) {
        tx.write(each, "a", Long.toString(System.nanoTime()).getBytes(UTF_8));
      }
      return tx.commit().sequence().orElseThrow();
    }
  }

  private Pruned keep(int newest) throws IOException {
    return holdfast.prune(new PruneOptions(newest, null, null, false));
  }

  private TransactionRecord record(long sequence) throws IOException {
    try (TransactionLog log = holdfast.log()) {
      return log.find(sequence).orElseThrow();
    }
  }

  private List<String> held() throws IOException {
    Path control = folder.resolve(".holdfast/live");
    try (Stream<Path> images = Files.list(control.resolve("images"));
        Stream<Path> recent = Files.list(control.resolve("tx"))) {
      return Stream.concat(images, recent).map(path -> path.getFileName().toString()).toList();
    }
  }

  @Test
  void keepsAsManyAsAskedAndSaysSoOnRecord() throws IOException {
    for (int i = 1; i <= 5; i++) {
      commit(root);
    }

    Pruned pruned = keep(2);

    assertThat(pruned.sequences()).containsExactly(1L, 2L, 3L);
    assertThat(pruned.bytes()).isPositive();
    assertThat(record(3).pruned()).isTrue();
    assertThat(record(4).pruned()).isFalse();
    assertThat(held()).containsExactlyInAnyOrder(record(4).id().text(), record(5).id().text());
  }

  @Test
  void keepsAsManyOfTheNewestAsFit() throws IOException {
    for (int i = 1; i <= 4; i++) {
      try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
        tx.write(root, "a", new byte[100_000 + i]);
        tx.commit();
      }
    }
    // The first one replaced a small file, each of the others 100,000 bytes.
    Pruned said = holdfast.prune(new PruneOptions(null, null, 250_000L, null, true));
    assertThat(said.sequences()).containsExactly(1L, 2L);
    assertThat(held()).hasSize(4);
    Pruned pruned = holdfast.prune(new PruneOptions(null, null, 250_000L, null, false));
    assertThat(pruned.sequences()).containsExactly(1L, 2L);
    assertThat(held()).hasSize(2);
    assertThat(holdfast.prune(new PruneOptions(null, null, 250_000L, null, false)).sequences())
        .isEmpty();
    assertThat(holdfast.prune(new PruneOptions(null, null, 0L, null, false)).sequences())
        .containsExactly(3L, 4L);
  }

  @Test
  void whatAnOpenTransactionStagedIsNoBeforeImage() throws IOException {
    for (int i = 1; i <= 3; i++) {
      commit(root);
    }
    try (Transaction open = holdfast.begin(Options.message("open"), root)) {
      open.write(root, "big", new byte[1 << 20]);

      assertThat(holdfast.prune(new PruneOptions(null, null, 1L << 19, null, false)).sequences())
          .isEmpty();
      assertThat(holdfast.prune(new PruneOptions(null, null, 100L, null, true)).sequences())
          .contains(1L);
    }
  }

  @Test
  void whatWasFreedOnRecordAlreadyTakesNoRoom() throws IOException {
    for (int i = 1; i <= 2; i++) {
      commit(root);
    }
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", new byte[1 << 20]);
      tx.commit();
    }
    commit(root); // which holds the MiB
    try (var writer = holdfast.engine().journal().write()) {
      writer.prune(List.of(4L));
    }
    assertThat(holdfast.prune(new PruneOptions(null, null, 1L << 19, null, false)).sequences())
        .isEmpty();
    assertThat(held()).hasSize(3);
  }

  @Test
  void refusesToTakeBackWhatWasFreed() throws IOException {
    long sequence = commit(root);
    keep(0);

    assertThatThrownBy(() -> holdfast.undo(sequence, Options.message(""), Progress.NONE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("transaction 1 cannot be taken back")
        .hasMessageContaining("freed");
  }

  @Test
  void takesBackWhatNeededNoBeforeImage() throws IOException {
    long sequence;
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "new", new byte[1]);
      tx.setMode(root, "a", 0600);
      sequence = tx.commit().sequence().orElseThrow();
    }
    keep(0);

    holdfast.undo(sequence, Options.message(""), Progress.NONE);

    assertThat(live.resolve("new")).doesNotExist();
  }

  @Test
  void onlySaysWhatWouldGo() throws IOException {
    commit(root);
    Pruned said = holdfast.prune(new PruneOptions(0, null, null, true));
    assertThat(held()).hasSize(1);
    assertThat(record(1).pruned()).isFalse();

    assertThat(keep(0)).isEqualTo(said);

    assertThat(held()).isEmpty();
    assertThat(keep(0).sequences()).isEmpty();
  }

  @Test
  void keepsWhatIsYoungerThanAsked() throws IOException {
    commit(root);
    clock.advance(Duration.ofDays(3));
    commit(root);

    Pruned pruned = holdfast.prune(new PruneOptions(null, Duration.ofDays(2), null, false));

    assertThat(pruned.sequences()).containsExactly(1L);
  }

  @Test
  void refusesAnAgeWhileTheClockIsBehindTheRecord() throws IOException {
    commit(root);
    clock.advance(Duration.ofHours(-1));

    assertThatThrownBy(
            () -> holdfast.prune(new PruneOptions(null, Duration.ofDays(2), null, false)))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("clock");
    assertThat(keep(0).sequences()).containsExactly(1L);
  }

  @Test
  void keepsATransactionOfTwoRootsUntilItIsBeyondTheHorizonOfBoth() throws IOException {
    Path second = Files.createDirectory(folder.resolve("second"));
    Files.writeString(second.resolve("a"), "0");
    Root other = holdfast.root(second);
    commit(root, other);
    commit(root);
    commit(root);

    assertThat(keep(1).sequences()).containsExactly(2L);

    commit(other);
    assertThat(keep(1).sequences()).containsExactly(1L);
  }

  @Test
  void carriesOnWhereACrashCameBetweenTheRecordAndTheFiles() throws IOException {
    commit(root);
    try (var writer = holdfast.engine().journal().write()) {
      writer.prune(List.of(1L));
    }
    assertThat(held()).hasSize(1);

    assertThat(keep(20).bytes()).isPositive();

    assertThat(held()).isEmpty();
  }

  @Test
  void keepsWhatSomebodyElseWroteUnlessNothingIsToBeKept() throws IOException {
    long sequence = commit(root);
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", new byte[1]);
    }
    // As recovery leaves it after a rollback that met somebody else's version.
    Path theirs = folder.resolve(".holdfast/live/images").resolve(record(sequence + 1).id().text());
    Files.createDirectories(theirs.resolve("new"));
    Files.createDirectories(theirs.resolve("old"));
    Files.writeString(theirs.resolve("new/0"), "theirs");

    assertThat(keep(1).sequences()).isEmpty();
    assertThat(theirs.resolve("new/0")).hasContent("theirs");

    keep(0);
    assertThat(theirs).doesNotExist();
  }

  // ---- at the end of a commit ------------------------------------------------------------------

  @Test
  void freesAtTheEndOfCommitsWhatIsBeyondTheHorizon() throws IOException {
    holdfast.set(root.path(), "horizon.count", "3");
    holdfast.set(root.path(), "horizon.days", "7");
    for (int i = 0; i < 6; i++) {
      commit(root);
    }
    assertThat(held()).hasSize(6);

    clock.advance(Duration.ofDays(8));
    for (int i = 0; i < 6; i++) {
      commit(root);
    }

    assertThat(record(1).pruned()).isTrue();
    assertThat(record(6).pruned()).isTrue();
    assertThat(record(7).pruned()).isFalse();
    assertThat(held()).hasSize(6);
  }

  @Test
  void keepsTheNewestHoweverOldTheyAre() throws IOException {
    for (int i = 0; i < 10; i++) {
      commit(root);
      clock.advance(Duration.ofDays(40));
    }
    assertThat(held()).hasSize(10);
    for (int i = 0; i < 20; i++) {
      commit(root);
      clock.advance(Duration.ofDays(40));
    }
    assertThat(held()).hasSizeBetween(20, 27);
    assertThat(record(30).pruned()).isFalse();
    assertThat(record(11).pruned()).isFalse();
    assertThat(record(1).pruned()).isTrue();
  }
}
