package dev.holdfast.engine;

import static dev.holdfast.engine.Progress.NONE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.InDoubtException;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.TreeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings, forgetting and status of roots. */
class RootCareTest {
  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    Files.writeString(live.resolve("a"), "a");
    holdfast = Holdfast.open(folder.resolve("state"));
    root = holdfast.root(live);
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private long commit() throws IOException {
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", "new".getBytes(UTF_8));
      return tx.commit().sequence().orElseThrow();
    }
  }

  private Path control() {
    return folder.resolve(".holdfast/live");
  }

  // ---- settings --------------------------------------------------------------------------------

  @Test
  void refusesAnUnknownSettingWithTheListOfThoseThereAre() {
    assertThatThrownBy(() -> holdfast.set(root.path(), "keep", "5"))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("barrier, excludes, freeze, gate.group, horizon.count, horizon.days");
  }

  @Test
  void refusesAValueThatASettingCannotHave() {
    assertThatThrownBy(() -> holdfast.set(root.path(), "horizon.count", "many"))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> holdfast.set(root.path(), "horizon.days", "-1"))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> holdfast.set(root.path(), "barrier", "none"))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> holdfast.set(root.path(), "freeze", "everything"))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> holdfast.set(root.path(), "gate.group", "no such group"))
        .isInstanceOf(RefusedException.class);
    assertThat(control().resolve("settings")).doesNotExist();
  }

  @Test
  void takesTheDefaultForAnEmptyValue() throws IOException {
    holdfast.set(root.path(), "horizon.count", "7");
    assertThat(control().resolve("settings")).content().contains("horizon.count 7");
    holdfast.set(root.path(), "horizon.count", "");
    assertThat(control().resolve("settings")).content().doesNotContain("horizon.count");
  }

  @Test
  void letsAGroupUseTheGateAndNobodyElse() throws IOException {
    assumeTrue(LinuxDisk.create().host().isRoot(), "needs root");
    holdfast.set(root.path(), "gate.group", "0");
    assertThat(Files.getPosixFilePermissions(control().resolve("gate")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r-----"));
  }

  @Test
  void leavesOutOfUpdatesWhatTheRootExcludes() throws IOException {
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.createDirectory(source.resolve("cache"));
    Files.writeString(source.resolve("cache/x"), "x");
    Files.writeString(source.resolve("b"), "b");
    Files.createDirectory(live.resolve("cache"));
    Files.writeString(live.resolve("cache/mine"), "mine");
    Files.writeString(live.resolve("own.log"), "log");
    holdfast.set(root.path(), "excludes", "cache/,*.log");

    holdfast.apply(
        DirectorySource.open(LinuxDisk.create(), AbsolutePath.of(source.toString()), Excludes.NONE),
        root.path(),
        ApplyOptions.of(Options.message("")),
        Progress.NONE);

    assertThat(live.resolve("b")).exists();
    assertThat(live.resolve("a")).doesNotExist();
    assertThat(live.resolve("own.log")).exists();
    assertThat(live.resolve("cache/mine")).exists();
    assertThat(live.resolve("cache/x")).doesNotExist();
  }

  // ---- forgetting ------------------------------------------------------------------------------

  @Test
  void keepsARootThatSomebodyElseUpdatedBeforeTheFirstUpdateOfItWasRefused() throws IOException {
    Path made = folder.resolve("made");
    Path source = Files.createDirectory(folder.resolve("source"));
    Files.writeString(source.resolve("b"), "b");
    AbsolutePath target = AbsolutePath.of(made.toString());
    TreeSource refusing =
        new TreeSource() {
          @Override
          public @Nullable Item next() throws IOException {
            try (Holdfast other = Holdfast.open(folder.resolve("state"))) {
              other.apply(source(source), target, ApplyOptions.of(Options.message("")), NONE);
            }
            throw new RefusedException("a bad archive");
          }

          @Override
          public boolean isRereadable() {
            return false;
          }

          @Override
          public String name() {
            return "refusing";
          }

          @Override
          public void close() {}
        };

    assertThatThrownBy(
            () -> holdfast.apply(refusing, target, ApplyOptions.of(Options.message("")), NONE))
        .hasMessage("a bad archive");

    assertThat(made.resolve("b")).hasContent("b");
    long last;
    try (TransactionLog log = holdfast.log()) {
      last = log.lastApplied(0).orElseThrow().sequence();
    }
    holdfast.undo(last, Options.message(""), NONE);
    assertThat(made).doesNotExist();
  }

  private static TreeSource source(Path directory) throws IOException {
    return DirectorySource.open(
        LinuxDisk.create(), AbsolutePath.of(directory.toString()), Excludes.NONE);
  }

  @Test
  void forgetsARootWithItsControlDirectory() throws IOException {
    commit();
    holdfast.forget(root.path());
    assertThat(folder.resolve(".holdfast")).doesNotExist();
    assertThat(live.resolve("a")).hasContent("new");
    assertThat(holdfast.status().roots()).isEmpty();
    assertThatThrownBy(() -> holdfast.forget(root.path())).isInstanceOf(RefusedException.class);

    holdfast.root(live);
    commit();
    assertThat(holdfast.status().roots()).hasSize(1);
  }

  @Test
  void doesNotForgetARootWithAPendingTransaction() throws IOException {
    Files.writeString(control().resolve("pending"), "torn");
    assertThatThrownBy(() -> holdfast.forget(root.path()))
        .isInstanceOf(InDoubtException.class)
        .hasMessageContaining("recover");
    assertThat(control()).exists();
  }

  @Test
  void doesNotForgetARootWithAnOpenTransaction() throws IOException {
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", new byte[1]);
      assertThatThrownBy(() -> holdfast.forget(root.path()))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("transaction 1 is active");
      tx.commit();
    }
    holdfast.forget(root.path());
  }

  @Test
  void forgetsARootThatIsGone() throws IOException {
    Files.move(folder.resolve(".holdfast"), folder.resolve("gone"));
    assertThat(holdfast.status().roots().getFirst().state()).isEqualTo("absent");
    holdfast.forget(root.path());
    assertThat(holdfast.status().roots()).isEmpty();
  }

  @Test
  void leavesWhatAnotherJournalHasTakenOver() throws IOException {
    commit();
    try (Holdfast other = Holdfast.open(folder.resolve("other"))) {
      Files.delete(control().resolve("owner"));
      Files.move(folder.resolve("state/roots"), folder.resolve("state/roots.away"));
      other.root(live);
      Files.move(folder.resolve("state/roots.away"), folder.resolve("state/roots"));
    }
    assertThat(holdfast.status().roots().getFirst().state()).isEqualTo("foreign");

    holdfast.forget(root.path());

    assertThat(control().resolve("owner")).exists();
    assertThat(holdfast.status().roots()).isEmpty();
  }

  // ---- status ----------------------------------------------------------------------------------

  @Test
  void saysWhatIsOpenAndHowMuchIsHeld() throws IOException {
    commit();
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", new byte[1]);
      Status status = holdfast.status();
      assertThat(status.active()).extracting(record -> record.sequence()).containsExactly(2L);
      assertThat(status.pending()).isEmpty();
      RootStatus found = status.roots().getFirst();
      assertThat(found.path()).isEqualTo(root.path());
      assertThat(found.state()).isEqualTo("clean");
      assertThat(found.level()).isIn("L1", "L2");
      assertThat(found.beforeImageBytes()).isPositive();
    }
  }

  @Test
  void saysWhatIsPending() throws IOException {
    Files.writeString(control().resolve("pending"), "torn");
    assertThat(holdfast.status().roots().getFirst().state()).isEqualTo("pending");
    Files.writeString(control().resolve("owner"), "torn");
    assertThat(holdfast.status().roots().getFirst().state()).isEqualTo("foreign");
  }
}
