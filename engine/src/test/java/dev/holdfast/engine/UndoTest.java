package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What taking a transaction back promises, on the real disk: the tree is the oracle. */
class UndoTest {
  private static final Instant LONG_AGO = Instant.parse("2001-02-03T04:05:06.070809010Z");

  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    Files.writeString(live.resolve("a"), "old a");
    Files.createDirectories(live.resolve("d/e"));
    Files.writeString(live.resolve("d/e/f"), "f");
    Files.writeString(live.resolve("d/run"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        live.resolve("d/run"), PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createSymbolicLink(live.resolve("l"), Path.of("d/e/f"));
    age(live);
    holdfast = Holdfast.open(folder.resolve("state"));
    root = holdfast.root(live);
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  /** Sets all times to the same moment of long ago, so that a time that is lost shows. */
  private static void age(Path tree) throws IOException {
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.filter(path -> !Files.isSymbolicLink(path)).toList()) {
        Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
      }
    }
  }

  /** Changes for a transaction. */
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

  private Committed undo(long sequence) throws IOException {
    return holdfast.undo(sequence, options(), Progress.NONE);
  }

  private Map<RelativePath, String> state() throws IOException {
    return TreeState.of(live);
  }

  /** Commits, takes it back, and takes that back, and compares all of the tree each time. */
  private void assertThatItCanBeTakenBackAndForth(Work work) throws IOException {
    Map<RelativePath, String> before = state();
    long sequence = commit(work);
    Map<RelativePath, String> after = state();
    assertThat(after).isNotEqualTo(before);
    long undone = undo(sequence).sequence().orElseThrow();
    assertThat(state()).isEqualTo(before);
    undo(undone);
    assertThat(state()).isEqualTo(after);
  }

  @Test
  void bringsBackContentsWithAllMetadata() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.write(root, "a", bytes("new a"));
      tx.write(root, "d/run", bytes("#!/bin/dash\n"));
    });
  }

  @Test
  void takesAwayWhatWasMade() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.write(root, "b", bytes("b"));
      tx.makeDirectory(root, "d/n");
      tx.makeDirectory(root, "d/n/m");
      tx.write(root, "d/n/m/x", bytes("x"));
      tx.makeSymbolicLink(root, "d/n/s", bytes("nowhere"));
    });
  }

  @Test
  void makesDeletedDirectoriesAgainWithAllThatWasInThem() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.setExtendedAttribute(root, "d/e", "user.note", bytes("kept"));
    });
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.deleteTree(root, "d");
      tx.delete(root, "l");
    });
  }

  @Test
  void restoresWhatBecameAnotherType() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.delete(root, "a");
      tx.makeDirectory(root, "a");
      tx.write(root, "a/x", bytes("x"));
      tx.deleteTree(root, "d");
      tx.write(root, "d", bytes("a file now"));
      tx.delete(root, "l");
      tx.write(root, "l", bytes("a file now"));
    });
  }

  @Test
  void restoresAttributes() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.setMode(root, "a", 0600);
      tx.setExtendedAttribute(root, "a", "user.note", bytes("note"));
      tx.setMode(root, "d/e", 0700);
      tx.setMode(root, "d", 0711);
      tx.write(root, "d/e/g", bytes("g"));
    });
  }

  @Test
  void movesBackWithTheSameInode() throws IOException {
    Object key = Files.getAttribute(live.resolve("d/e/f"), "unix:ino");
    Map<RelativePath, String> before = state();
    long sequence =
        commit(tx -> {
          tx.move(root, "d", "dd");
          tx.move(root, "a", "dd.a");
          tx.write(root, "dd/e/f", bytes("new f"));
          tx.write(root, "dd/e/new", bytes("new"));
          tx.delete(root, "dd/run");
        });
    Map<RelativePath, String> after = state();
    Object directory = Files.getAttribute(live.resolve("dd/e"), "unix:ino");

    Committed undone = undo(sequence);

    assertThat(state()).isEqualTo(before);
    assertThat(undone.notes()).isEmpty();
    assertThat(Files.getAttribute(live.resolve("d/e"), "unix:ino")).isEqualTo(directory);
    assertThat(Files.getAttribute(live.resolve("d/e/f"), "unix:ino")).isNotEqualTo(key);
    undo(undone.sequence().orElseThrow());
    assertThat(state()).isEqualTo(after);
  }

  @Test
  void movesBackIntoADirectoryThatIsMadeAgain() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.move(root, "d/e", "e");
      tx.setMode(root, "e", 0700);
      tx.write(root, "e/g", bytes("g"));
      tx.deleteTree(root, "d");
    });
  }

  @Test
  void movesBackOverWhatWasWrittenInstead() throws IOException {
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.move(root, "a", "a.1");
      tx.write(root, "a", bytes("a new one"));
      tx.move(root, "d", "d.1");
      tx.makeDirectory(root, "d");
      tx.write(root, "d/x", bytes("x"));
    });
  }

  @Test
  void takesBackTheRootItself() throws IOException {
    Path made = folder.resolve("made");
    Root other = holdfast.root(made);
    long sequence;
    try (Transaction tx = holdfast.begin(options(), other)) {
      tx.makeDirectory(other, "");
      tx.write(other, "x", bytes("x"));
      sequence = tx.commit().sequence().orElseThrow();
    }
    Map<RelativePath, String> after = TreeState.of(made);

    long undone = undo(sequence).sequence().orElseThrow();

    assertThat(made).doesNotExist();
    undo(undone);
    assertThat(TreeState.of(made)).isEqualTo(after);
  }

  // ---- hard links ------------------------------------------------------------------------------

  @Test
  void linksNamesOfOneInodeTogetherAgain() throws IOException {
    Files.createLink(live.resolve("d/a2"), live.resolve("a"));
    Files.createLink(live.resolve("d/a3"), live.resolve("a"));
    age(live);
    assertThatItCanBeTakenBackAndForth(tx -> {
      tx.delete(root, "a");
      tx.write(root, "d/a2", bytes("new"));
      tx.delete(root, "d/a3");
    });
    assertThatItCanBeTakenBackAndForth(tx -> tx.deleteTree(root, "d"));
  }

  @Test
  void linksANameToTheInodeThatLivesOnUnderAnother() throws IOException {
    Files.createLink(live.resolve("d/a2"), live.resolve("a"));
    age(live);
    Object inode = Files.getAttribute(live.resolve("a"), "unix:ino");
    assertThatItCanBeTakenBackAndForth(tx -> tx.write(root, "d/a2", bytes("new")));
    Map<RelativePath, String> before = state();
    long sequence =
        commit(tx -> {
          tx.delete(root, "d/a2");
          tx.setMode(root, "a", 0600);
        });
    assertThat(undo(sequence).notes()).isEmpty();
    assertThat(state()).isEqualTo(before);
    assertThat(Files.getAttribute(live.resolve("a"), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void saysWhereANameCannotBeLinkedAsItWas() throws IOException {
    Path outside = folder.resolve("outside");
    Files.createLink(outside, live.resolve("a"));
    long sequence = commit(tx -> tx.delete(root, "a"));

    Committed undone = undo(sequence);

    assertThat(live.resolve("a")).hasContent("old a");
    assertThat(undone.notes()).singleElement().asString().contains("a file of its own");
    assertThat(Files.isSameFile(outside, live.resolve("a"))).isFalse();
  }

  // ---- conflicts -------------------------------------------------------------------------------

  private void assertConflict(long sequence, String... paths) throws IOException {
    Map<RelativePath, String> before = state();
    assertThatExceptionOfType(ConflictException.class)
        .isThrownBy(() -> undo(sequence))
        .satisfies(e ->
            assertThat(e.paths())
                .containsExactlyInAnyOrderElementsOf(
                    Stream.of(paths).map(path -> live.resolve(path).toString()).toList()))
        .withMessageContaining("nothing was changed");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void isInConflictWithWhatLaterTransactionsDid() throws IOException {
    long first =
        commit(tx -> {
          tx.write(root, "a", bytes("first"));
          tx.write(root, "b", bytes("b"));
          tx.delete(root, "d/e/f");
        });
    long second =
        commit(tx -> {
          tx.write(root, "a", bytes("second"));
          tx.write(root, "d/e/f", bytes("again"));
        });

    assertConflict(first, "a", "d/e/f");
    assertThatThrownBy(() -> undo(first)).hasMessageContaining("(transaction " + second + ")");
    undo(second);
    undo(first);
    assertThat(live.resolve("a")).hasContent("old a");
    assertThat(live.resolve("b")).doesNotExist();
  }

  @Test
  void comparesBytesWhereSizeAndTimeAgree() throws IOException {
    long sequence = commit(tx -> tx.write(root, "a", bytes("new a")));
    FileTime time = Files.getLastModifiedTime(live.resolve("a"));
    Files.writeString(live.resolve("a"), "NEW A");
    Files.setLastModifiedTime(live.resolve("a"), time);

    assertConflict(sequence, "a");
  }

  @Test
  void isInConflictWithWhatOthersPutIntoADirectoryThatGoes() throws IOException {
    long sequence =
        commit(tx -> {
          tx.makeDirectory(root, "n");
          tx.write(root, "n/x", bytes("x"));
        });
    Files.writeString(live.resolve("n/stranger"), "mine");

    assertConflict(sequence, "n/stranger");
  }

  @Test
  void isInConflictWhereTheDirectoryIsGone() throws IOException {
    long sequence = commit(tx -> tx.delete(root, "d/e/f"));
    Files.delete(live.resolve("d/e"));

    assertConflict(sequence, "d/e");
  }

  @Test
  void leavesWhatOthersChangedElsewhere() throws IOException {
    long sequence = commit(tx -> tx.write(root, "d/e/f", bytes("new f")));
    Files.writeString(live.resolve("a"), "somebody else's");
    Files.writeString(live.resolve("d/e/other"), "somebody else's");

    undo(sequence);

    assertThat(live.resolve("d/e/f")).hasContent("f");
    assertThat(live.resolve("a")).hasContent("somebody else's");
    assertThat(live.resolve("d/e/other")).hasContent("somebody else's");
    assertThat(Files.getLastModifiedTime(live.resolve("d/e")).toInstant()).isAfter(LONG_AGO);
  }

  @Test
  void isInConflictWhereABeforeImageWasWrittenTo() throws IOException {
    try (FileChannel open = FileChannel.open(live.resolve("a"), StandardOpenOption.WRITE)) {
      long sequence = commit(tx -> tx.write(root, "a", bytes("new a")));
      open.write(ByteBuffer.wrap(bytes("OLD A")));

      assertConflict(sequence, "a");
    }
  }

  @Test
  void doesNotLetLaterWritesReachABeforeImage() throws IOException {
    long sequence = commit(tx -> tx.write(root, "a", bytes("new a")));
    long undone = undo(sequence).sequence().orElseThrow();
    Files.writeString(live.resolve("a"), "in place");
    Files.writeString(live.resolve("a"), "old a");
    Files.setLastModifiedTime(live.resolve("a"), FileTime.from(LONG_AGO));

    undo(undone);
    long again = commit(tx -> tx.write(root, "a", bytes("other")));
    undo(again);
    undo(commit(tx -> tx.write(root, "a", bytes("other"))));
    assertThat(live.resolve("a")).hasContent("new a");
  }

  // ---- refusals --------------------------------------------------------------------------------

  @Test
  void takesBackOnlyWhatWasApplied() throws IOException {
    try (Transaction tx = holdfast.begin(options(), root)) {
      tx.write(root, "a", bytes("dropped"));
    }
    assertThatThrownBy(() -> undo(1))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("rolled_back");
    assertThatThrownBy(() -> undo(99))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("no transaction 99");
  }

  @Test
  void saysOnRecordWhatItTakesBack() throws IOException {
    long sequence = commit(tx -> tx.write(root, "a", bytes("new a")));
    long undone = undo(sequence).sequence().orElseThrow();
    try (TransactionLog log = holdfast.log()) {
      TransactionRecord record = log.find(undone).orElseThrow();
      assertThat(record.beginning().undoes()).isEqualTo(sequence);
    }
  }

  @Test
  void takesARunningServiceForAConflictAndAStoppedOneWithIt() throws Exception {
    long sequence =
        commit(tx -> {
          tx.makeDirectory(root, "sv");
          tx.write(root, "sv/run", bytes("#!/bin/sh\n"));
        });
    Path supervise = Files.createDirectory(live.resolve("sv/supervise"));
    Files.createFile(supervise.resolve("lock"));
    new ProcessBuilder("mkfifo", supervise.resolve("control").toString()).start().waitFor();
    try (Directory open = LinuxDisk.create().openDirectory(AbsolutePath.of(supervise.toString()));
        DiskLock _ = open.tryLock(EntryName.of("lock"), LockMode.EXCLUSIVE).orElseThrow()) {
      assertConflict(sequence, "sv/supervise");
    }

    undo(sequence);

    assertThat(live.resolve("sv")).doesNotExist();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
