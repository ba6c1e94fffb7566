package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.JournalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which anchors count when copies of epochs are checked without their journal. */
class EpochFilesTest {
  @TempDir Path folder;
  private Anchor early;
  private Anchor late;
  private Path copy;
  private Path cut;

  @BeforeEach
  void archive() throws IOException {
    Path live = Files.createDirectory(folder.resolve("live"));
    Path epoch = folder.resolve("state/journal/epoch-000001");
    try (Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Root root = holdfast.root(live);
      commit(holdfast, root);
      early = holdfast.audit().anchor();
      cut = Files.copy(epoch, folder.resolve("cut"));
      commit(holdfast, root);
      late = holdfast.audit().anchor();
    }
    copy = Files.copy(epoch, folder.resolve("copy"));
  }

  private static void commit(Holdfast holdfast, Root root) throws IOException {
    try (Transaction transaction = holdfast.begin(Options.message("test"), root)) {
      transaction.write(root, "a", Long.toString(System.nanoTime()).getBytes(UTF_8));
      transaction.commit();
    }
  }

  private static List<EpochFiles.Checked> check(Path file, Anchor... anchors) throws IOException {
    return EpochFiles.check(
        LinuxDisk.create(), List.of(AbsolutePath.of(file.toString())), List.of(anchors));
  }

  private Anchor foreign(long records) {
    return new Anchor(UUID.randomUUID(), new ChainHead(records, late.head().digest()));
  }

  @Test
  void anchorsOfThisJournalAreCompared() throws IOException {
    assertThat(check(copy, early, late)).extracting(EpochFiles.Checked::head).contains(late.head());
    Anchor wrong =
        new Anchor(late.journal(), new ChainHead(early.head().records(), late.head().digest()));
    assertThatThrownBy(() -> check(copy, wrong))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("not the one anchored");
  }

  @Test
  void thoseOfOtherJournalsAreLeft() throws IOException {
    long same = early.head().records();
    assertThat(check(copy, foreign(same), late, foreign(1000))).hasSize(1);
  }

  @Test
  void onlyThoseOfOtherJournalsAreRefused() {
    assertThatThrownBy(() -> check(copy, foreign(early.head().records())))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("none of the anchors is of the journal");
  }

  @Test
  void anArchiveThatEndsBeforeAnAnchorIsNotCalledWhole() throws IOException {
    assertThat(check(cut, early)).hasSize(1);
    assertThatThrownBy(() -> check(cut, early, late))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("the anchor at record " + late.head().records())
        .hasMessageContaining("end with record " + early.head().records());
  }
}
