package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.engine.TestClock.Moment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.engine.control.ControlDirectory;
import dev.holdfast.engine.control.Owner;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots whose journal is lost or older: another one takes them over by what lies beside them. */
class AdoptTest {
  @TempDir Path folder;
  private CrashedRoot root;

  @BeforeEach
  void make() throws IOException {
    root = new CrashedRoot(folder);
  }

  private RecoveryReport adopt(Holdfast holdfast) throws IOException {
    return holdfast.adopt(List.of(root.path()));
  }

  private void assertOurs(Holdfast holdfast) throws IOException {
    assertThat(root.control.resolve("pending")).doesNotExist();
    assertThat(holdfast.status().roots())
        .singleElement()
        .satisfies(status -> assertThat(status.state()).isEqualTo("clean"));
    assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
    Root live = holdfast.root(root.live);
    try (Transaction tx = holdfast.begin(Options.message("goes on"), live)) {
      tx.write(live, "later", "later".getBytes(UTF_8));
      tx.commit();
    }
  }

  @Test
  void goesForwardWhereAnythingWasExecuted() throws IOException {
    root.crash(Moment.AFTER_GO);
    root.exchange(root.slot("new a"), "a");
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      RecoveryReport report = adopt(holdfast);

      assertThat(report.findings()).extracting(f -> f.result()).containsExactly(Result.FORWARD);
      assertThat(root.live.resolve("a")).hasContent("new a");
      assertThat(root.live.resolve("b")).doesNotExist();
      assertThat(root.live.resolve("c/x")).hasContent("x");
      TransactionRecord record = CrashedRoot.record(holdfast, 1);
      assertThat(record.state()).isEqualTo(TransactionState.APPLIED);
      assertThat(record.beginning().message()).startsWith("adopted: transaction 1 of journal");
      assertOurs(holdfast);
      holdfast.undo(1, Options.message(""), Progress.NONE);
      Files.delete(root.live.resolve("later"));
      assertThat(root.live.resolve("a")).hasContent("old a");
      assertThat(root.live.resolve("b")).hasContent("old b");
    }
  }

  @Test
  void goesBackWhereNothingWasExecuted() throws IOException {
    root.crash(Moment.AFTER_GO);
    Files.move(root.transaction().resolve("go"), root.transaction().resolve("ready"));
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      RecoveryReport report = adopt(holdfast);

      assertThat(report.findings()).extracting(f -> f.result()).containsExactly(Result.BACK);
      assertThat(TreeState.of(root.live)).isEqualTo(root.before);
      assertThat(CrashedRoot.record(holdfast, 1).state()).isEqualTo(TransactionState.ROLLED_BACK);
      assertOurs(holdfast);
    }
  }

  @Test
  void takesOverARootWithoutAMarker() throws IOException {
    root.crash(Moment.AFTER_APPLYING);
    try (Holdfast holdfast = root.open("state")) {
      holdfast.recover(List.of(), false);
    }
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).findings())
          .singleElement()
          .satisfies(finding -> assertThat(finding.text()).contains("was taken over"));
      assertThat(TreeState.of(root.live)).isEqualTo(root.after);
      assertOurs(holdfast);
    }
  }

  @Test
  void leavesARootWhoseJournalIsWhole() throws IOException {
    root.crash(Moment.AFTER_GO);
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).findings())
          .singleElement()
          .satisfies(finding -> {
            assertThat(finding.result()).isEqualTo(Result.UNRESOLVED);
            assertThat(finding.text()).contains("its journal is whole", "--state");
          });
      assertThat(holdfast.status().roots()).isEmpty();
    }
    try (Holdfast holdfast = root.open("state")) {
      assertThat(holdfast.recover(List.of(), false).findings())
          .extracting(f -> f.result())
          .containsExactly(Result.FORWARD);
    }
  }

  @Test
  void makesNoJournalWhereItLooksForOne() throws IOException {
    root.crash(Moment.AFTER_GO);
    CrashedRoot.delete(root.state());
    Files.createDirectory(root.state());
    Files.writeString(root.state().resolve("something"), "else");
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).isUnresolved()).isFalse();
    }
    try (Stream<Path> names = Files.list(root.state())) {
      assertThat(names).hasSize(1);
    }
  }

  @Test
  void endsWhatAnOlderJournalDoesNotKnow() throws IOException {
    try (Holdfast holdfast = root.open("state")) {
      holdfast.root(root.live);
    }
    Path backup = folder.resolve("backup");
    copy(root.state(), backup);
    root.crash(Moment.AFTER_GO);
    CrashedRoot.delete(root.state());
    copy(backup, root.state());
    try (Holdfast holdfast = root.open("state")) {
      assertThat(holdfast.recover(List.of(), false).isUnresolved()).isTrue();
      assertThat(TreeState.of(root.live)).isEqualTo(root.before);

      assertThat(adopt(holdfast).findings())
          .extracting(f -> f.result())
          .containsExactly(Result.FORWARD);

      assertThat(root.live.resolve("a")).hasContent("new a");
      assertOurs(holdfast);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  @Test
  void repairsADamagedOwnerFile() throws IOException {
    root.crash(Moment.AFTER_GO);
    Files.writeString(root.control.resolve("owner"), "torn");
    try (Holdfast holdfast = root.open("state")) {
      assertThat(holdfast.recover(List.of(), false).isUnresolved()).isTrue();

      assertThat(adopt(holdfast).isUnresolved()).isFalse();

      assertThat(root.live.resolve("a")).hasContent("new a");
      assertThat(CrashedRoot.record(holdfast, 1).state()).isEqualTo(TransactionState.APPLIED);
      assertOurs(holdfast);
    }
  }

  @Test
  void findsTheTransactionOfADamagedMarker() throws IOException {
    root.crash(Moment.AFTER_GO);
    Files.writeString(root.control.resolve("pending"), "torn");
    Files.writeString(root.control.resolve("owner"), "torn");
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).findings())
          .extracting(f -> f.result())
          .containsExactly(Result.FORWARD);
      assertThat(root.live.resolve("a")).hasContent("new a");
      assertOurs(holdfast);
    }
  }

  @Test
  void isInDoubtAboutAFolderThatWasRestoredFromABackup() throws IOException {
    root.crash(Moment.AFTER_GO);
    Path transaction = root.transaction();
    Path copy = transaction.resolveSibling("copy");
    copy(transaction, copy);
    CrashedRoot.delete(transaction);
    Files.move(copy, transaction);
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).findings())
          .singleElement()
          .satisfies(finding -> {
            assertThat(finding.result()).isEqualTo(Result.UNRESOLVED);
            assertThat(finding.text()).contains("holdfast resolve 1 --as-is --force");
          });
      assertThat(TreeState.of(root.live)).isEqualTo(root.before);

      holdfast.resolve(1, Direction.AS_IS, true);

      assertThat(TreeState.of(root.live)).isEqualTo(root.before);
      assertOurs(holdfast);
    }
  }

  @Test
  void leavesARootOfAnotherMachine() throws IOException {
    root.crash(Moment.AFTER_GO);
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      holdfast.root(Files.createDirectory(folder.resolve("other")));
      AbsolutePath other = AbsolutePath.of(folder.resolve("other").toString());
      try (ControlDirectory control = holdfast.engine().control(other)) {
        Owner owner = control.owner().orElseThrow();
        control.changeOwner(new Owner(UUID.randomUUID(), "another", owner.state(), other, 0));
      }
      assertThat(holdfast.adopt(List.of(other)).findings())
          .singleElement()
          .satisfies(finding -> assertThat(finding.text()).contains("another machine"));
    }
  }

  @Test
  void adoptsAllRootsOfATransactionTogether() throws IOException {
    Path second = Files.createDirectory(folder.resolve("second"));
    Files.writeString(second.resolve("a"), "old");
    try (Holdfast holdfast = root.open("state")) {
      Root one = holdfast.root(root.live);
      Root two = holdfast.root(second);
      try (Transaction tx = holdfast.begin(Options.message("crashes"), one, two)) {
        tx.write(one, "a", "new".getBytes(UTF_8));
        tx.write(two, "a", "new".getBytes(UTF_8));
        root.clock.dieAt(Moment.AFTER_GO);
        assertThatExceptionOfType(TestClock.Killed.class).isThrownBy(tx::commit);
      }
    }
    CrashedRoot.delete(root.state());
    try (Holdfast holdfast = root.open("new-state")) {
      assertThat(adopt(holdfast).isUnresolved()).isFalse();
      assertThat(root.live.resolve("a")).hasContent("new");
      assertThat(second.resolve("a")).hasContent("new");
      assertThat(holdfast.status().roots()).hasSize(2);
      assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
    }
  }
}
