package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.commit.Environment;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Undo in any order, in part, with what came after it, and rewind: the tree is the oracle. */
class TakeBackTest {
  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    for (String name : List.of("a", "b", "c")) {
      Files.writeString(live.resolve(name), "old " + name);
    }
    Files.createDirectories(live.resolve("d"));
    Files.writeString(live.resolve("d/x"), "old x");
    holdfast = Holdfast.open(folder.resolve("state"));
    root = holdfast.root(live);
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private interface Work {
    void on(Transaction transaction) throws IOException;
  }

  private long commit(Work work) throws IOException {
    try (Transaction transaction = holdfast.begin(options(), root)) {
      work.on(transaction);
      return transaction.commit().sequence().orElseThrow();
    }
  }

  private static Options options() {
    return Options.message("test").withPatience(Duration.ZERO);
  }

  private long undo(long sequence) throws IOException {
    return holdfast.undo(sequence, options(), Progress.NONE).sequence().orElseThrow();
  }

  private long cascade(long sequence) throws IOException {
    UndoOptions options = new UndoOptions(options(), List.of(), true);
    return holdfast.undo(sequence, options, Progress.NONE).sequence().orElseThrow();
  }

  private long only(long sequence, String... paths) throws IOException {
    List<AbsolutePath> places = new ArrayList<>();
    for (String path : paths) {
      places.add(place(path));
    }
    UndoOptions options = new UndoOptions(options(), places, false);
    return holdfast.undo(sequence, options, Progress.NONE).sequence().orElseThrow();
  }

  private Committed rewind(long sequence) throws IOException {
    return holdfast.rewind(sequence, null, options(), false, Progress.NONE);
  }

  private Map<RelativePath, String> state() throws IOException {
    return TreeState.of(live);
  }

  /** Without the root's own time: out of order, that is none that it ever had. */
  private Map<RelativePath, String> contents() throws IOException {
    Map<RelativePath, String> contents = new TreeMap<>(state());
    contents.remove(RelativePath.EMPTY);
    return contents;
  }

  private String read(String path) throws IOException {
    return Files.readString(live.resolve(path));
  }

  private TransactionRecord record(long sequence) throws IOException {
    try (TransactionLog log = holdfast.log()) {
      return log.find(sequence).orElseThrow();
    }
  }

  @Test
  void oneIsTakenBackUnderOthersThatTouchedOtherPaths() throws IOException {
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "b", "two".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "d/y", "three".getBytes(UTF_8)));

    undo(first);

    assertThat(read("a")).isEqualTo("old a");
    assertThat(read("b")).isEqualTo("two");
    assertThat(read("d/y")).isEqualTo("three");
  }

  @Test
  void conflictNamesEachPathWithAllTransactionsBetween() throws IOException {
    long first =
        commit(tx -> {
          tx.write(root, "a", "one".getBytes(UTF_8));
          tx.write(root, "b", "one".getBytes(UTF_8));
          tx.write(root, "c", "one".getBytes(UTF_8));
        });
    long second = commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    long third =
        commit(tx -> {
          tx.write(root, "a", "three".getBytes(UTF_8));
          tx.write(root, "b", "three".getBytes(UTF_8));
        });
    Files.writeString(live.resolve("c"), "an editor's");
    Map<RelativePath, String> before = state();

    assertThatThrownBy(() -> undo(first))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("/a has changed (transactions %d, %d)", second, third)
        .hasMessageContaining("/b has changed (transaction %d)", third)
        .hasMessageContaining("/c has changed;");
    assertThat(state()).isEqualTo(before);
    try (TransactionLog log = holdfast.log()) {
      assertThat(log.newestFirst().next().sequence()).isEqualTo(third); // a refusal is no record
    }
  }

  @Test
  void cascadeTakesBackWhatIsInTheWayAndNothingElse() throws IOException {
    Map<RelativePath, String> before = contents();
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    long second =
        commit(tx -> {
          tx.write(root, "a", "two".getBytes(UTF_8));
          tx.write(root, "b", "two".getBytes(UTF_8));
        });
    long apart = commit(tx -> tx.write(root, "c", "apart".getBytes(UTF_8)));
    long third = commit(tx -> tx.delete(root, "b"));
    Map<RelativePath, String> after = contents();

    long taken = cascade(first);

    assertThat(record(taken).beginning().undoes()).isEqualTo(first);
    assertThat(record(taken).beginning().origin().takesBack())
        .containsExactly(third, second, first);
    assertThat(read("c")).isEqualTo("apart");
    undo(apart);
    assertThat(contents()).isEqualTo(before);
    undo(taken + 1);
    undo(taken);
    assertThat(contents()).isEqualTo(after);
  }

  @Test
  void cascadeTakesBackWhatIsInADirectoryThatHasToGo() throws IOException {
    Map<RelativePath, String> before = state();
    long first = commit(tx -> tx.makeDirectory(root, "new"));
    commit(tx -> tx.write(root, "new/file", "x".getBytes(UTF_8)));
    assertThatThrownBy(() -> undo(first)).isInstanceOf(ConflictException.class);
    cascade(first);
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void cascadeDoesNotTouchWhatOthersChanged() throws IOException {
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    Files.writeString(live.resolve("a"), "an editor's");
    assertThatThrownBy(() -> cascade(first)).isInstanceOf(ConflictException.class);
    assertThat(read("a")).isEqualTo("an editor's");
  }

  @Test
  void partOfATransactionIsTakenBack() throws IOException {
    long first =
        commit(tx -> {
          tx.write(root, "a", "one".getBytes(UTF_8));
          tx.deleteTree(root, "d");
          tx.write(root, "b", "one".getBytes(UTF_8));
        });

    only(first, "d/x", "a");

    assertThat(read("a")).isEqualTo("old a");
    assertThat(read("d/x")).isEqualTo("old x");
    assertThat(read("b")).isEqualTo("one");
    assertThatThrownBy(() -> only(first, "nowhere"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("changed nothing at");
  }

  @Test
  void rewindGoesBackToExactlyTheStateAfterAStep() throws IOException {
    List<Map<RelativePath, String>> states = new ArrayList<>();
    List<Long> sequences = new ArrayList<>();
    sequences.add(commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8))));
    states.add(state());
    sequences.add(
        commit(tx -> {
          tx.write(root, "a", "two".getBytes(UTF_8));
          tx.makeDirectory(root, "n");
          tx.write(root, "n/f", "two".getBytes(UTF_8));
        }));
    states.add(state());
    sequences.add(commit(tx -> tx.deleteTree(root, "n")));
    states.add(state());
    sequences.add(
        commit(tx -> {
          tx.write(root, "n", "a file now".getBytes(UTF_8));
          tx.setMode(root, "b", 0600);
        }));
    states.add(state());
    sequences.add(undo(sequences.get(2) + 1));
    states.add(state());

    for (int i : new int[] {1, 3, 0, 4, 2, 0}) {
      Committed done = rewind(sequences.get(i));
      assertThat(state()).as("after step %d", i).isEqualTo(states.get(i));
      assertThat(done.sequence()).isPresent();
    }
    assertThat(rewind(holdfast.log().lastApplied(0).orElseThrow().sequence()).sequence()).isEmpty();
  }

  @Test
  void rewindToATimeIsToWhatHadEndedThen() throws IOException {
    commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    Map<RelativePath, String> then = state();
    Instant moment = Instant.now();
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "b", "two".getBytes(UTF_8)));

    Committed preview = holdfast.rewind(moment, null, options(), true, Progress.NONE);
    assertThat(preview.changes()).extracting(Change::toString).containsExactly("M a", "M b");
    assertThat(read("a")).isEqualTo("two");

    holdfast.rewind(moment, null, options(), false, Progress.NONE);
    assertThat(state()).isEqualTo(then);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  @Test
  void aLongHistoryIsTakenBackAndShownWithFewDescriptors() throws IOException {
    Map<RelativePath, String> before = null;
    for (int i = 0; i < 60; i++) {
      String text = "step " + i + "\n";
      commit(tx -> tx.write(root, "a", text.getBytes(UTF_8)));
      before = before == null ? state() : before;
    }
    long idle = descriptors();
    try (Patches patches = holdfast.patches()) {
      for (long sequence = 60; sequence > 1; sequence--) {
        assertThat(patches.of(sequence))
            .contains("-step " + (sequence - 2), "+step " + (sequence - 1));
      }
      assertThat(descriptors()).isLessThan(idle + 60);
    }
    assertThat(descriptors()).isLessThanOrEqualTo(idle);
    long[] most = {0};
    holdfast.rewind(
        1,
        null,
        options(),
        false,
        (_, _, _) -> {
          try {
            most[0] = Math.max(most[0], descriptors());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    assertThat(state()).isEqualTo(before);
    assertThat(most[0]).isBetween(1L, idle + 60);
    assertThat(descriptors()).isLessThanOrEqualTo(idle);
  }

  /** Opens the journal again, with a clock of the test's. */
  private TestClock clock() throws IOException {
    TestClock clock = new TestClock(Instant.parse("2030-01-01T00:00:00Z"));
    holdfast.close();
    holdfast =
        Holdfast.openWithoutRecovery(
            new Environment(LinuxDisk.create(), clock, new SecureRandom(), _ -> {}),
            AbsolutePath.of(folder.resolve("state").toString()));
    return clock;
  }

  private void assertRefused(Instant moment, String... reasons) throws IOException {
    Map<RelativePath, String> before = state();
    assertThatThrownBy(() -> holdfast.rewind(moment, null, options(), false, Progress.NONE))
        .isInstanceOf(RefusedException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(reasons));
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void rewindToATimeIsRefusedWhereTheOrderOfTheTimesIsNotThatOfTheUpdates() throws IOException {
    TestClock clock = clock();
    commit(tx -> tx.write(root, "a", "early".getBytes(UTF_8)));
    clock.advance(Duration.ofHours(1));
    long ahead = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    clock.advance(Duration.ofMinutes(-30));
    Instant between = clock.instant().plusSeconds(60);
    long later = commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    clock.advance(Duration.ofHours(2));

    assertRefused(between, "transaction " + ahead, "transaction " + later, "clock");
    // Before all of it, and after it, the times say what is meant.
    commit(tx -> tx.write(root, "a", "three".getBytes(UTF_8)));
    Instant sound = clock.instant();
    commit(tx -> tx.write(root, "a", "four".getBytes(UTF_8)));
    holdfast.rewind(sound, null, options(), false, Progress.NONE);
    assertThat(read("a")).isEqualTo("three");
    holdfast.rewind(Instant.parse("2030-01-01T00:10:00Z"), null, options(), false, Progress.NONE);
    assertThat(read("a")).isEqualTo("early");
  }

  @Test
  void rewindToATimeDoesNothingInSilenceAfterAClockThatWasBehind() throws IOException {
    TestClock clock = clock();
    commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    clock.advance(Duration.ofDays(-3650)); // as after a start without a battery
    long behind = commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    clock.advance(Duration.ofDays(3651));

    assertRefused(clock.instant().minusSeconds(3600), "transaction " + behind, "clock");
  }

  @Test
  void rewindToATimeIsRefusedWhileTheClockIsBehindTheRecord() throws IOException {
    TestClock clock = clock();
    commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    long newest = commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    clock.advance(Duration.ofHours(-1));

    assertRefused(clock.instant().minusSeconds(60), "transaction " + newest, "clock");
  }

  @Test
  void rewindPutsBackFilesThatWereMoved() throws IOException {
    Map<RelativePath, String> before = state();
    long first = commit(tx -> tx.write(root, "b", "one".getBytes(UTF_8)));
    undo(first);
    commit(tx -> tx.move(root, "a", "moved"));
    commit(tx -> tx.write(root, "b", "two".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "moved", "two".getBytes(UTF_8)));
    rewind(first + 1);
    assertThat(state()).isEqualTo(before);
  }

  /** Commits each of these as a transaction, rewinds before them, and then takes that back. */
  private void assertRewound(Work... works) throws IOException {
    commit(tx -> tx.write(root, "base", "base".getBytes(UTF_8)));
    long base = holdfast.log().lastApplied(0).orElseThrow().sequence();
    Map<RelativePath, String> before = state();
    for (Work work : works) {
      commit(work);
    }
    Map<RelativePath, String> after = contents();
    long rewound = rewind(base).sequence().orElseThrow();
    assertThat(state()).isEqualTo(before);
    undo(rewound);
    assertThat(contents()).isEqualTo(after);
    rewind(base);
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void rewindPutsBackTheTimeOfADirectoryThatWasDeletedLater() throws IOException {
    assertRewound(
        tx -> tx.write(root, "d/y", "new".getBytes(UTF_8)), tx -> tx.deleteTree(root, "d"));
  }

  @Test
  void rewindPutsBackAFileMovedOutOfTheWayOfANewOne() throws IOException {
    assertRewound(
        tx -> tx.move(root, "a", "a.1"), tx -> tx.write(root, "a", "new".getBytes(UTF_8)));
  }

  @Test
  void rewindPutsBackFilesMovedAlongAChain() throws IOException {
    assertRewound(
        tx -> tx.move(root, "b", "c.1"),
        tx -> tx.move(root, "a", "b"),
        tx -> tx.write(root, "a", "newer".getBytes(UTF_8)),
        tx -> tx.delete(root, "c.1"),
        tx -> tx.move(root, "b", "c.1"),
        tx -> tx.move(root, "a", "b"));
  }

  @Test
  void rewindPutsBackAFileThatGotOtherMetadataAfterItsMove() throws IOException {
    assertRewound(
        tx -> tx.setMode(root, "a", 0640),
        tx -> tx.move(root, "a", "moved"),
        tx -> tx.setMode(root, "moved", 0600));
  }

  @Test
  void rewindPassesOverAMoveThereAndBack() throws IOException {
    assertRewound(
        tx -> tx.move(root, "a", "d/a"),
        tx -> tx.move(root, "d/a", "a"),
        tx -> tx.setMode(root, "a", 0600));
  }

  @Test
  void rewindPutsBackFilesThatChangedPlaces() throws IOException {
    Files.createLink(live.resolve("d/hard"), live.resolve("a"));
    Files.createSymbolicLink(live.resolve("s"), Path.of("b"));
    assertRewound(
        tx -> tx.move(root, "a", "t"),
        tx -> tx.move(root, "b", "a"),
        tx -> tx.move(root, "t", "b"),
        tx -> tx.move(root, "s", "t"),
        tx -> tx.move(root, "c", "s"));
  }

  @Test
  void rewindPutsAMovedFileBackInPlaceOfADeletedOne() throws IOException {
    assertRewound(tx -> tx.delete(root, "b"), tx -> tx.move(root, "a", "b"));
  }

  @Test
  void rewindDoesNotTakeAnAcceptedFileForAMovedOne() throws IOException {
    long base = commit(tx -> tx.write(root, "base", "base".getBytes(UTF_8)));
    commit(tx -> tx.move(root, "a", "moved"));
    commit(tx -> tx.move(root, "b", "gone"));
    Files.writeString(folder.resolve("other"), "an editor's");
    Files.move(folder.resolve("other"), live.resolve("moved"), StandardCopyOption.REPLACE_EXISTING);
    accept(root.path());
    Map<RelativePath, String> before = state();

    assertThatThrownBy(() -> rewind(base))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/a is gone");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void rewindPutsNothingBackThatOthersDeletedAndNobodyElseHas() throws IOException {
    long base = commit(tx -> tx.write(root, "base", "base".getBytes(UTF_8)));
    commit(tx -> tx.move(root, "a", "moved"));
    Files.delete(live.resolve("moved"));
    accept(root.path());
    commit(tx -> tx.write(root, "moved", "ours".getBytes(UTF_8)));

    assertThatThrownBy(() -> rewind(base))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("/a is gone");
    assertThat(read("moved")).isEqualTo("ours");
  }

  @Test
  void rewindConcernsOneRootOnly() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Root second = holdfast.root(other);
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    try (Transaction transaction = holdfast.begin(options(), root, second)) {
      transaction.write(root, "b", "both".getBytes(UTF_8));
      transaction.write(second, "b", "both".getBytes(UTF_8));
      transaction.commit();
    }
    AbsolutePath place = AbsolutePath.of(live.toRealPath().toString());
    holdfast.rewind(first, place, options(), false, Progress.NONE);
    assertThat(read("a")).isEqualTo("one");
    assertThat(read("b")).isEqualTo("old b");
    assertThat(Files.readString(other.resolve("b"))).isEqualTo("both");
  }

  // ---- what was accepted -----------------------------------------------------------------------

  private AbsolutePath place(String path) throws IOException {
    return AbsolutePath.of(live.toRealPath().resolve(path).toString());
  }

  private long accept(AbsolutePath place) throws IOException {
    return holdfast.accept(List.of(place), options(), Progress.NONE).sequence().orElseThrow();
  }

  @Test
  void rewindLeavesARootAloneThatWasOnlyAccepted() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.createDirectory(other.resolve("sub"));
    Files.writeString(other.resolve("sub/precious"), "the only copy");
    Root second = holdfast.root(other);
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    long baseline = accept(second.path());
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    Map<RelativePath, String> theirs = TreeState.of(other);

    Committed preview = holdfast.rewind(first, null, options(), true, Progress.NONE);
    assertThat(preview.changes()).extracting(Change::toString).containsExactly("M a");
    long rewound = rewind(first).sequence().orElseThrow();

    assertThat(read("a")).isEqualTo("one");
    assertThat(TreeState.of(other)).isEqualTo(theirs);
    assertThat(record(rewound).beginning().roots()).containsExactly(root.path());
    assertThat(record(rewound).beginning().origin().takesBack()).doesNotContain(baseline);
  }

  @Test
  void rewindIsNotHinderedByAChangeThatWasAcceptedElsewhere() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("changed"), "old");
    Files.writeString(other.resolve("removed"), "old");
    Root second = holdfast.root(other);
    accept(second.path());
    long first = commit(tx -> tx.write(root, "a", "one".getBytes(UTF_8)));
    Files.writeString(other.resolve("changed"), "an editor's");
    Files.delete(other.resolve("removed"));
    accept(second.path());
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));

    rewind(first);

    assertThat(read("a")).isEqualTo("one");
    assertThat(other.resolve("changed")).hasContent("an editor's");
    assertThat(other.resolve("removed")).doesNotExist();
  }

  @Test
  void cascadeLeavesWhatWasAcceptedInARootInside() throws IOException {
    long first = commit(tx -> tx.write(root, "d/x", "one".getBytes(UTF_8)));
    Root inner = holdfast.root(live.resolve("d"));
    Files.writeString(live.resolve("d/theirs"), "the only copy");
    accept(inner.path());
    commit(tx -> tx.write(root, "d/x", "two".getBytes(UTF_8)));

    cascade(first);

    assertThat(read("d/x")).isEqualTo("old x");
    assertThat(read("d/theirs")).isEqualTo("the only copy");
  }

  @Test
  void randomHistoriesAreRewoundToEachOfTheirStates() throws IOException {
    Random random = new Random(20261122);
    for (int round = 0; round < 12; round++) {
      List<Map<RelativePath, String>> states = new ArrayList<>();
      List<Long> sequences = new ArrayList<>();
      for (int step = 0; step < 7; step++) {
        sequences.add(commit(tx -> randomWork(tx, random)));
        states.add(state());
      }
      int target = random.nextInt(sequences.size() - 1);
      rewind(sequences.get(target));
      assertThat(state()).as("round %d, step %d", round, target).isEqualTo(states.get(target));
    }
  }

  private void randomWork(Transaction tx, Random random) throws IOException {
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      String directory = "r" + random.nextInt(2);
      String file = directory + "/f" + random.nextInt(3);
      switch (random.nextInt(6)) {
        case 0, 1 -> {
          if (!tx.exists(root, directory)) {
            tx.makeDirectory(root, directory);
          }
          tx.write(root, file, ("" + random.nextLong()).getBytes(UTF_8));
        }
        case 2 -> {
          if (tx.exists(root, directory)) {
            tx.deleteTree(root, directory);
          }
        }
        case 3, 4 -> {
          String[] places = {"a", "b", "c", file, "r0/m", "r1/m", "m"};
          String from = places[random.nextInt(places.length)];
          String to = places[random.nextInt(places.length)];
          boolean possible = to.length() < 2 || tx.exists(root, to.substring(0, 2));
          if (possible && tx.exists(root, from) && !tx.exists(root, to)) {
            tx.move(root, from, to);
          }
        }
        default -> {
          String path = List.of("a", "b", "c", "m", file).get(random.nextInt(5));
          if (tx.exists(root, path)) {
            tx.setMode(root, path, 0600 + random.nextInt(0100));
          }
        }
      }
    }
    tx.write(root, "step", ("" + random.nextLong()).getBytes(UTF_8));
  }
}
