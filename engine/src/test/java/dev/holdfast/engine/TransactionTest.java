package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.DiskException;
import dev.holdfast.engine.failure.BusyException;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a transaction promises to its caller, on the real disk. */
class TransactionTest {
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
    holdfast = Holdfast.open(folder.resolve("state"));
    root = holdfast.root(live);
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private Transaction begin() throws IOException {
    return holdfast.begin(Options.message("test").withPatience(Duration.ZERO), root);
  }

  @Test
  void showsNothingBeforeTheCommitAndEverythingAfterIt() throws IOException {
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("new a"));
      tx.makeDirectory(root, "n");
      tx.write(root, "n/x", bytes("x"));
      tx.deleteTree(root, "d");
      assertThat(live.resolve("a")).hasContent("old a");
      assertThat(live.resolve("n")).doesNotExist();
      assertThat(live.resolve("d/e/f")).exists();

      Committed done = tx.commit();

      assertThat(done.changes())
          .extracting(Change::toString)
          .containsExactly("M a", "D d", "D d/e", "D d/e/f", "A n", "A n/x");
    }
    assertThat(live.resolve("a")).hasContent("new a");
    assertThat(live.resolve("n/x")).hasContent("x");
    assertThat(live.resolve("d")).doesNotExist();
  }

  @Test
  void readsItsOwnWrites() throws IOException {
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("new a"));
      tx.delete(root, "d/e/f");
      tx.makeDirectory(root, "d/new");
      tx.write(root, "d/new/y", bytes("y"));

      assertThat(tx.read(root, "a")).isEqualTo(bytes("new a"));
      assertThat(tx.exists(root, "d/e/f")).isFalse();
      assertThat(tx.list(root, "d")).extracting(Object::toString).containsExactly("e", "new");
      assertThat(tx.list(root, "d/new")).extracting(Object::toString).containsExactly("y");
      assertThat(tx.read(root, "d/new/y")).isEqualTo(bytes("y"));
    }
  }

  @Test
  void leavesNothingBehindWithoutACommit() throws IOException {
    List<String> before = names(folder.resolve(".holdfast"));
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("new a"));
      tx.write(root, "b", bytes("b"));
    }
    assertThat(live.resolve("a")).hasContent("old a");
    assertThat(live.resolve("b")).doesNotExist();
    assertThat(names(folder.resolve(".holdfast"))).isEqualTo(before);
    try (TransactionLog log = holdfast.log()) {
      assertThat(log.newestFirst().next().state()).isEqualTo(TransactionState.ROLLED_BACK);
    }
  }

  @Test
  void goesBackToASavepoint() throws IOException {
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("first"));
      Savepoint savepoint = tx.savepoint();
      tx.write(root, "a", bytes("second"));
      tx.write(root, "b", bytes("b"));
      tx.makeDirectory(root, "n");
      tx.write(root, "n/x", bytes("x"));
      tx.deleteTree(root, "d");
      tx.setMode(root, "a", 0600);
      tx.rollBackTo(savepoint);
      assertThat(tx.read(root, "a")).isEqualTo(bytes("first"));
      assertThat(tx.exists(root, "n")).isFalse();
      tx.write(root, "n", bytes("a file now"));
      tx.rollBackTo(savepoint);
      tx.makeDirectory(root, "n");
      tx.write(root, "n/z", bytes("z"));
      tx.commit();
    }
    assertThat(live.resolve("a")).hasContent("first");
    assertThat(live.resolve("b")).doesNotExist();
    assertThat(live.resolve("d/e/f")).exists();
    assertThat(names(live.resolve("n"))).containsExactly("", "z");
  }

  @Test
  void keepsMetadataOfWhatItRewrites() throws IOException {
    Files.setPosixFilePermissions(live.resolve("a"), PosixFilePermissions.fromString("rw-r-x---"));
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("new a"));
      tx.commit();
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(live.resolve("a"))))
        .isEqualTo("rw-r-x---");
  }

  @Test
  void writesOverAndDeletesWhatItMoved() throws IOException {
    try (Transaction tx = begin()) {
      tx.move(root, "a", "b");
      tx.write(root, "b", bytes("b"));
      tx.move(root, "d", "g");
      tx.delete(root, "g/e/f");
      tx.delete(root, "g/e");
      tx.delete(root, "g");
      assertThat(tx.commit().changes())
          .extracting(Change::toString)
          .containsExactly("D a", "A b", "D d", "D d/e", "D d/e/f");
    }
    assertThat(live.resolve("b")).hasContent("b");
    assertThat(names(live)).containsExactly("", "b");
  }

  @Test
  void writesWhereItMovedSomethingAway() throws IOException {
    try (Transaction tx = begin()) {
      tx.move(root, "a", "b");
      tx.write(root, "a", bytes("new a"));
      tx.move(root, "d", "dd");
      tx.makeDirectory(root, "d");
      tx.write(root, "d/x", bytes("x"));
      tx.commit();
    }
    assertThat(live.resolve("a")).hasContent("new a");
    assertThat(live.resolve("b")).hasContent("old a");
    assertThat(live.resolve("d/x")).hasContent("x");
    assertThat(live.resolve("d/e")).doesNotExist();
    assertThat(live.resolve("dd/e/f")).hasContent("f");
  }

  @Test
  void keepsWhatItWroteWhereItMovedSomethingAwayThatIsDeletedThen() throws IOException {
    try (Transaction tx = begin()) {
      tx.move(root, "a", "b");
      Savepoint moved = tx.savepoint();
      tx.write(root, "a", bytes("new a"));
      tx.rollBackTo(moved);
      tx.write(root, "a", bytes("newer a"));
      tx.delete(root, "b");
      tx.commit();
    }
    assertThat(live.resolve("a")).hasContent("newer a");
    assertThat(live.resolve("b")).doesNotExist();
  }

  @Test
  void movesNothingToWhereItCannotBe() throws IOException {
    try (Transaction tx = begin()) {
      assertThatThrownBy(() -> tx.move(root, "a", "nowhere/b")).isInstanceOf(DiskException.class);
      assertThatThrownBy(() -> tx.move(root, "a", "d")).isInstanceOf(DiskException.class);
      assertThatThrownBy(() -> tx.move(root, "d/e", "d/e/f/g")).isInstanceOf(DiskException.class);
    }
  }

  @Test
  void givesAllNamesOfAnInodeTheAttributesThatOneGets() throws IOException {
    Files.createLink(live.resolve("d/a2"), live.resolve("a"));
    Files.createLink(live.resolve("d/a3"), live.resolve("a"));
    try (Transaction tx = begin()) {
      tx.setMode(root, "a", 0600);
      tx.setExtendedAttribute(root, "d/a2", "user.note", bytes("note"));
      tx.delete(root, "d/a3");
      assertThat(tx.commit().notes()).isEmpty();
    }
    assertThat(Files.getPosixFilePermissions(live.resolve("d/a2")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat((byte[]) Files.getAttribute(live.resolve("a"), "user:note"))
        .isEqualTo(bytes("note"));
    assertThat(live.resolve("d/a3")).doesNotExist();
  }

  @Test
  void movesWhatItChangedBefore() throws IOException {
    try (Transaction tx = begin()) {
      tx.move(root, "a", "d/e/moved");
      tx.move(root, "d", "dd");
      assertThat(tx.exists(root, "d")).isFalse();
      assertThat(tx.read(root, "dd/e/f")).isEqualTo(bytes("f"));
      tx.write(root, "dd/e/f", bytes("f2"));
      tx.commit();
    }
    assertThat(live.resolve("dd/e/f")).hasContent("f2");
    assertThat(live.resolve("dd/e/moved")).hasContent("old a");
    assertThat(live.resolve("d")).doesNotExist();
  }

  @Test
  void movesByOneRenameWhereItCan() throws IOException {
    Object inode = Files.getAttribute(live.resolve("d"), "unix:ino");
    try (Transaction tx = begin()) {
      tx.move(root, "d", "moved");
      assertThat(tx.commit().changes())
          .extracting(Change::toString)
          .containsExactly("R d -> moved");
    }
    assertThat(Files.getAttribute(live.resolve("moved"), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void replacesAFileByADirectoryAndTheReverse() throws IOException {
    try (Transaction tx = begin()) {
      tx.delete(root, "a");
      tx.makeDirectory(root, "a");
      tx.write(root, "a/inner", bytes("inner"));
      tx.deleteTree(root, "d");
      tx.write(root, "d", bytes("now a file"));
      tx.commit();
    }
    assertThat(live.resolve("a/inner")).hasContent("inner");
    assertThat(live.resolve("d")).hasContent("now a file");
  }

  @Test
  void keepsADirectoryThatItDeletesAndMakesAgain() throws IOException {
    Object inode = Files.getAttribute(live.resolve("d"), "unix:ino");
    try (Transaction tx = begin()) {
      tx.deleteTree(root, "d");
      tx.makeDirectory(root, "d");
      tx.write(root, "d/only", bytes("only"));
      tx.commit();
    }
    assertThat(Files.getAttribute(live.resolve("d"), "unix:ino")).isEqualTo(inode);
    assertThat(names(live.resolve("d"))).containsExactly("", "only");
  }

  @Test
  void isInConflictWhereSomebodyElseChangedATouchedPath() throws IOException {
    try (Transaction tx = begin()) {
      tx.write(root, "a", bytes("mine"));
      tx.write(root, "new", bytes("mine"));
      Files.writeString(live.resolve("a"), "theirs");
      Files.writeString(live.resolve("new"), "theirs");

      assertThatThrownBy(tx::commit)
          .isInstanceOfSatisfying(
              ConflictException.class,
              e ->
                  assertThat(e.paths())
                      .containsExactly(
                          live.resolve("a").toString(), live.resolve("new").toString()));
    }
    assertThat(live.resolve("a")).hasContent("theirs");
    assertThat(live.resolve("new")).hasContent("theirs");
  }

  @Test
  void isNotInConflictWithChangesElsewhere() throws IOException {
    try (Transaction tx = begin()) {
      tx.write(root, "d/mine", bytes("mine"));
      Files.writeString(live.resolve("d/theirs"), "theirs");
      tx.commit();
    }
    assertThat(live.resolve("d/mine")).exists();
    assertThat(live.resolve("d/theirs")).exists();
  }

  @Test
  void leavesADirectoryIntoWhichSomebodyElsePutSomething() throws IOException {
    try (Transaction tx = begin()) {
      tx.deleteTree(root, "d");
      Files.writeString(live.resolve("d/e/theirs"), "theirs");
      Committed done = tx.commit();
      assertThat(done.notes())
          .anySatisfy(note -> assertThat(note).contains("d/e").contains("stays"));
    }
    assertThat(live.resolve("d/e/theirs")).hasContent("theirs");
    assertThat(live.resolve("d/e/f")).doesNotExist();
  }

  @Test
  void letsTwoTransactionsOfOneRootCommitInEitherOrder() throws IOException {
    try (Transaction first = begin();
        Transaction second = begin()) {
      first.write(root, "a", bytes("first"));
      second.write(root, "b", bytes("second"));
      second.commit();
      first.commit();
    }
    assertThat(live.resolve("a")).hasContent("first");
    assertThat(live.resolve("b")).hasContent("second");
  }

  @Test
  void refusesTheNameOfControlDirectories() throws IOException {
    try (Transaction tx = begin()) {
      assertThatThrownBy(() -> tx.write(root, "d/.holdfast/x", bytes("x")))
          .isInstanceOf(RefusedException.class);
      assertThatThrownBy(() -> tx.makeDirectory(root, ".holdfast"))
          .isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void neverFollowsALink() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createSymbolicLink(live.resolve("link"), outside);
    try (Transaction tx = begin()) {
      assertThatThrownBy(() -> tx.write(root, "link/x", bytes("x")))
          .isInstanceOf(DiskException.class);
    }
    assertThat(names(outside)).containsExactly("");
  }

  @Test
  void gainsNothingForWhoeverSwapsADirectoryForALink() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("f"), "f");
    try (Transaction tx = begin()) {
      tx.write(root, "d/e/f", bytes("mine"));
      tx.write(root, "d/e/g", bytes("mine"));
      Files.move(live.resolve("d/e"), live.resolve("d/e.away"));
      Files.createSymbolicLink(live.resolve("d/e"), outside);
      assertThatThrownBy(tx::commit).isInstanceOf(IOException.class);
    }
    assertThat(names(outside)).containsExactly("", "f");
    assertThat(outside.resolve("f")).hasContent("f");
  }

  @Test
  void streamsIntoAFile() throws IOException {
    byte[] chunk = new byte[100_000];
    try (Transaction tx = begin()) {
      tx.makeDirectory(root, "n");
      try (OutputStream out = tx.newOutputStream(root, "n/big");
          OutputStream never = tx.newOutputStream(root, "n/never")) {
        for (int i = 0; i < 30; i++) {
          out.write(chunk);
        }
        out.write(1);
        never.flush();
      }
      tx.commit();
    }
    assertThat(Files.size(live.resolve("n/big"))).isEqualTo(3_000_001);
  }

  @Test
  void commitsSeveralRootsTogether() throws IOException {
    Path other = Files.createDirectory(folder.resolve("other"));
    Root second = holdfast.root(other);
    try (Transaction tx = holdfast.begin(Options.message("two"), root, second)) {
      tx.write(root, "a", bytes("1"));
      tx.write(second, "b", bytes("2"));
      tx.commit();
    }
    assertThat(live.resolve("a")).hasContent("1");
    assertThat(other.resolve("b")).hasContent("2");
  }

  @Test
  void marksEveryRootAroundWhatItTouches() throws IOException {
    Root inner = holdfast.root(live.resolve("d"));
    try (Transaction tx = begin()) {
      tx.write(root, "d/e/f", bytes("through the outer root"));
      tx.commit();
    }
    try (Transaction tx = holdfast.begin(Options.message("inner"), inner)) {
      tx.write(inner, "e/f", bytes("through the inner root"));
      tx.commit();
    }
    assertThat(live.resolve("d/e/f")).hasContent("through the inner root");
    assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
  }

  @Test
  void refusesASecondJournalForARoot() throws IOException {
    try (Holdfast other = Holdfast.open(folder.resolve("state2"))) {
      assertThatThrownBy(() -> other.root(live))
          .isInstanceOf(BusyException.class)
          .hasMessageContaining("state2");
    }
  }

  @Test
  void doesNothingForNothing() throws IOException {
    try (Transaction tx = begin()) {
      assertThat(tx.exists(root, "a")).isTrue();
      assertThat(tx.commit().sequence()).isEmpty();
    }
    try (TransactionLog log = holdfast.log()) {
      assertThat(log.newestFirst()).isExhausted();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static List<String> names(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.map(p -> path.relativize(p).toString()).sorted().toList();
    }
  }
}
