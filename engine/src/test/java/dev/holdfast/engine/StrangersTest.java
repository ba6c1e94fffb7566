package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.TestClock.Moment;
import dev.holdfast.engine.commit.RecoveryReport;
import dev.holdfast.engine.commit.RecoveryReport.Result;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What somebody else did while a transaction was applied, and the process was killed before it
 * could say so: nothing of it is lost, and it is named.
 */
class StrangersTest {
  @TempDir Path folder;
  private CrashedRoot root;

  @BeforeEach
  void make() throws IOException {
    root = new CrashedRoot(folder);
  }

  private void rollBack() throws IOException {
    try (Holdfast holdfast = root.open("state");
        JournalWriter writer = holdfast.engine().journal().write()) {
      writer.advance(
          1, TransactionState.ROLLING_BACK, Outcome.because(root.clock.instant(), "for a test"));
      writer.force();
    }
  }

  private String recover(Result result) throws IOException {
    try (Holdfast holdfast = root.open("state")) {
      RecoveryReport.Finding finding = holdfast.recover(List.of(), false).findings().getFirst();
      assertThat(finding.result()).as(finding.text()).isEqualTo(result);
      assertThat(root.control.resolve("pending")).doesNotExist();
      assertThat(holdfast.recover(List.of(), false).isClean()).isTrue();
      return finding.text();
    }
  }

  /** Removes a directory of the live tree with all that is in it. */
  private void remove(String name) throws IOException {
    CrashedRoot.delete(root.live.resolve(name));
  }

  private void crashInDirectory(Moment moment) throws IOException {
    Files.createDirectory(root.live.resolve("d"));
    Files.writeString(root.live.resolve("d/replaced"), "old");
    Files.writeString(root.live.resolve("d/deleted"), "old");
    Files.writeString(root.live.resolve("d/moved"), "old");
    root.crash(
        moment,
        (tx, at) -> {
          tx.write(at, "a", "new a".getBytes(UTF_8));
          tx.write(at, "d/replaced", "new".getBytes(UTF_8));
          tx.write(at, "d/created", "new".getBytes(UTF_8));
          tx.delete(at, "d/deleted");
          tx.move(at, "d/moved", "moved");
        });
  }

  // ---- forward ---------------------------------------------------------------------------------

  @Test
  void keepsAndNamesAChangedVersionThatWasReplacedBeforeTheKill() throws IOException {
    root.crash(Moment.AFTER_GO);
    Path slot = root.slot("new a");
    Files.writeString(root.live.resolve("a"), "a stranger's");
    root.exchange(slot, "a");

    assertThat(recover(Result.FORWARD)).contains("/a: somebody else had changed it", "kept in ");

    assertThat(root.live.resolve("a")).hasContent("new a");
    assertThat(slot).hasContent("a stranger's");
  }

  @Test
  void putsADirectoryBackThatWasDeletedWithWhatSomebodyElseMadeInIt() throws IOException {
    Files.createDirectory(root.live.resolve("d"));
    root.crash(Moment.AFTER_GO, (tx, at) -> tx.delete(at, "d"));
    Files.writeString(root.live.resolve("d/mine"), "mine");
    Files.move(root.live.resolve("d"), root.transaction().resolve("old/0"));

    assertThat(recover(Result.FORWARD)).contains("/d: the directory stays");

    assertThat(root.live.resolve("d/mine")).hasContent("mine");
  }

  @Test
  void goesForwardWhereSomebodyElseRemovedADirectory() throws IOException {
    crashInDirectory(Moment.AFTER_GO);
    remove("d");

    assertThat(recover(Result.FORWARD)).contains("/d/replaced: ", "/d/created: ", "/d/deleted: ");

    assertThat(root.live.resolve("a")).hasContent("new a");
    assertThat(root.live.resolve("d")).doesNotExist();
  }

  @Test
  void goesForwardWhereSomebodyElseMadeALinkOfADirectory() throws IOException {
    crashInDirectory(Moment.AFTER_GO);
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("deleted"), "not ours");
    remove("d");
    Files.createSymbolicLink(root.live.resolve("d"), elsewhere);

    recover(Result.FORWARD);

    assertThat(elsewhere).isDirectoryNotContaining("glob:**/created");
    assertThat(elsewhere.resolve("deleted")).hasContent("not ours");
  }

  // ---- back ------------------------------------------------------------------------------------

  @Test
  void keepsANewVersionThatSomebodyElseWroteToBeforeItWasTakenBack() throws IOException {
    root.crash(Moment.AFTER_APPLYING);
    rollBack();
    Path slot = root.slot("old a");
    Files.writeString(root.live.resolve("a"), "a stranger's");
    root.exchange(slot, "a");

    assertThat(recover(Result.BACK)).contains("/a: somebody else wrote to the new version");

    assertThat(slot).hasContent("a stranger's");
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
  }

  @Test
  void keepsANewMemberThatSomebodyElseWroteToBeforeItWasTakenOut() throws IOException {
    root.crash(Moment.AFTER_APPLYING);
    rollBack();
    Path undone = Files.createDirectory(root.transaction().resolve("undone"));
    Files.writeString(root.live.resolve("c/x"), "a stranger's");
    Files.move(root.live.resolve("c/x"), undone.resolve("1"));

    assertThat(recover(Result.BACK)).contains("/c/x: somebody else wrote to the new version");

    assertThat(undone.resolve("1")).hasContent("a stranger's");
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
  }

  @Test
  void keepsWhatSomebodyElseMadeInADirectoryThatHadReplacedAFile() throws IOException {
    root.crash(
        Moment.AFTER_APPLYING,
        (tx, at) -> {
          tx.delete(at, "a");
          tx.makeDirectory(at, "a");
          tx.write(at, "a/x", "x".getBytes(UTF_8));
        });
    rollBack();
    Files.writeString(root.live.resolve("a/mine"), "mine");

    assertThat(recover(Result.BACK)).contains("/a: somebody else put something into it");

    assertThat(root.transaction().resolve("new/0/mine")).hasContent("mine");
    assertThat(TreeState.of(root.live)).isEqualTo(root.before);
  }

  @Test
  void goesBackWhereSomebodyElseRemovedADirectory() throws IOException {
    crashInDirectory(Moment.AFTER_APPLYING);
    rollBack();
    remove("d");

    assertThat(recover(Result.BACK)).contains("/d/replaced: ", "/d/deleted: ", "/d/moved: ");

    assertThat(root.live.resolve("a")).hasContent("old a");
    assertThat(root.live.resolve("moved")).hasContent("old");
    assertThat(root.transaction().resolve("kept")).exists();
  }

  // ---- size and permissions --------------------------------------------------------------------

  @Test
  void takesADirectoryBackThatHoldsMoreDirectoriesThanAreKeptOpen() throws IOException {
    Files.createDirectories(root.live.resolve("deep/er"));
    var before = TreeState.of(root.live);
    root.crash(
        Moment.AFTER_APPLYING,
        (tx, at) -> {
          tx.makeDirectory(at, "deep/er/new");
          for (int i = 0; i < 300; i++) {
            tx.makeDirectory(at, "deep/er/new/" + i);
            tx.write(at, "deep/er/new/" + i + "/x", new byte[1]);
          }
        });
    rollBack();

    recover(Result.BACK);

    assertThat(TreeState.of(root.live)).isEqualTo(before);
  }

  @Test
  void givesADirectoryThatNobodyMayWriteToItsModeThoughItHadAnotherWhenItWasKilled()
      throws IOException {
    root.crash(
        Moment.AFTER_APPLYING,
        (tx, at) -> {
          tx.makeDirectory(at, "c");
          tx.setMode(at, "c", 0555);
        });
    assertThat(mode("c")).isEqualTo("r-xr-xr-x");
    Files.setPosixFilePermissions(
        root.live.resolve("c"), PosixFilePermissions.fromString("rwxr-xr-x"));

    recover(Result.FORWARD);

    assertThat(mode("c")).isEqualTo("r-xr-xr-x");
  }

  private String mode(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(root.live.resolve(name)));
  }

  @Test
  void removesAStagedTreeOfAnyDepth() throws IOException {
    try (Holdfast holdfast = root.open("state")) {
      Root at = holdfast.root(root.live);
      StringBuilder path = new StringBuilder("n");
      try (Transaction tx = holdfast.begin(Options.message("").withPatience(Duration.ZERO), at)) {
        tx.makeDirectory(at, path.toString());
        for (int i = 0; i < 100; i++) {
          tx.makeDirectory(at, path.append("/n").toString());
          tx.write(at, path + "/removed-0", new byte[1]);
        }
      }
    }
    assertThat(root.control.resolve("tx")).isEmptyDirectory();
  }
}
