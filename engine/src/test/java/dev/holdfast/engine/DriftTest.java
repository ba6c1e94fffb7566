package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.Drift.Aspect;
import dev.holdfast.engine.Drift.Difference;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others change is found, can be accepted, and can be put back where that is possible. */
class DriftTest {
  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;
  private long first;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    Files.writeString(live.resolve("foreign"), "never touched by us");
    holdfast = Holdfast.open(folder.resolve("state"));
    root = holdfast.root(live);
    first =
        commit(tx -> {
          tx.write(root, "a", "committed a".getBytes(UTF_8));
          tx.write(root, "b", "committed b".getBytes(UTF_8));
          tx.makeDirectory(root, "d");
          tx.write(root, "d/x", "committed x".getBytes(UTF_8));
          tx.makeSymbolicLink(root, "l", "a".getBytes(UTF_8));
        });
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
    return Options.message("a reason").withPatience(Duration.ZERO);
  }

  private Drift verify(boolean checksum) throws IOException {
    return holdfast.verify(List.of(), checksum, false, Progress.NONE);
  }

  private List<String> lines() throws IOException {
    return verify(false).differences().stream().map(d -> d.change().toString()).toList();
  }

  private AbsolutePath place(String path) throws IOException {
    return AbsolutePath.of(live.toRealPath().resolve(path).toString());
  }

  @Test
  void whatWasCommittedIsManagedAndTheRestIsNot() throws IOException {
    Drift drift = holdfast.verify(List.of(), false, true, Progress.NONE);
    assertThat(drift.managed()).isEqualTo(5);
    assertThat(drift.unmanaged()).isEqualTo(2); // the root itself, and foreign
    assertThat(drift.differences())
        .extracting(d -> d.change().toString())
        .contains("A foreign")
        .allMatch(line -> line.startsWith("A "));
    assertThat(drift.asCommitted())
        .hasSize(5)
        .allMatch(same -> same.transaction() != null && same.transaction() == first);
    assertThat(verify(true).isEmpty()).isTrue();
  }

  @Test
  void everyKindOfChangeIsFound() throws IOException {
    Files.writeString(live.resolve("a"), "an editor's a");
    Files.setPosixFilePermissions(live.resolve("b"), PosixFilePermissions.fromString("rw-------"));
    Files.delete(live.resolve("d/x"));
    Files.delete(live.resolve("l"));
    Files.writeString(live.resolve("l"), "a file now");
    assertThat(lines()).containsExactly("M a", "m b", "D d/x", "T l");
    Difference mode = verify(false).differences().get(1);
    assertThat(mode.aspects()).containsExactly(Aspect.MODE);
    assertThat(mode.transaction()).isEqualTo(first);
  }

  @Test
  void otherBytesOfTheSameLengthAndTimeAreFoundByTheInodesOwnTime() throws IOException {
    FileTime time = Files.getLastModifiedTime(live.resolve("a"));
    Files.write(
        live.resolve("a"), "COMMITTED A".getBytes(UTF_8), StandardOpenOption.TRUNCATE_EXISTING);
    Files.setLastModifiedTime(live.resolve("a"), time);
    assertThat(lines()).containsExactly("M a");
  }

  @Test
  void aTransactionThatReadsNoBytesVouchesForNone() throws IOException {
    FileTime time = Files.getLastModifiedTime(live.resolve("a"));
    Files.write(
        live.resolve("a"), "COMMITTED A".getBytes(UTF_8), StandardOpenOption.TRUNCATE_EXISTING);
    Files.setLastModifiedTime(live.resolve("a"), time);
    commit(tx -> tx.setMode(root, "a", 0600));
    assertThat(lines()).containsExactly("M a");
    commit(tx -> tx.move(root, "a", "moved"));
    assertThat(lines()).containsExactly("M moved");
  }

  @Test
  void anotherInodeWithTheSameContentsAndTimeIsNoDifference() throws IOException {
    FileTime time = Files.getLastModifiedTime(live.resolve("a"));
    Files.copy(live.resolve("a"), live.resolve("copy"));
    Files.setLastModifiedTime(live.resolve("copy"), time);
    Files.setPosixFilePermissions(
        live.resolve("copy"), Files.getPosixFilePermissions(live.resolve("a")));
    Files.move(live.resolve("copy"), live.resolve("a"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(lines()).isEmpty();
  }

  @Test
  void acceptedChangesAreExplained() throws IOException {
    Files.writeString(live.resolve("a"), "an editor's a");
    Files.delete(live.resolve("b"));
    Files.writeString(live.resolve("d/x"), "an editor's x");
    Map<RelativePath, String> before = TreeState.of(live);

    long accepted =
        holdfast
            .accept(List.of(place("a"), place("b")), options(), Progress.NONE)
            .sequence()
            .orElseThrow();

    assertThat(TreeState.of(live)).isEqualTo(before);
    assertThat(lines()).containsExactly("M d/x");
    try (TransactionLog log = holdfast.log()) {
      assertThat(log.find(accepted).orElseThrow().beginning().message()).isEqualTo("a reason");
      assertThat(log.plan(accepted).orElseThrow().operations()).hasSize(2);
    }
    holdfast.audit().check(List.of(holdfast.audit().anchor()));
    assertThat(holdfast.recover(List.of(), true).isClean()).isTrue();
    assertThat(holdfast.accept(List.of(place("a")), options(), Progress.NONE).sequence()).isEmpty();
  }

  @Test
  void aWholeRootIsTakenAsBaseline() throws IOException {
    holdfast.accept(List.of(place("")), options(), Progress.NONE);
    Drift drift = holdfast.verify(List.of(), true, true, Progress.NONE);
    assertThat(drift.isEmpty()).isTrue();
    assertThat(drift.unmanaged()).isZero();
    Files.writeString(live.resolve("foreign"), "changed");
    assertThat(lines()).containsExactly("M foreign");
  }

  @Test
  void whatWasOnlyAcceptedIsNeverTakenBack() throws IOException {
    long accepted =
        holdfast.accept(List.of(place("")), options(), Progress.NONE).sequence().orElseThrow();
    assertThatThrownBy(() -> holdfast.undo(accepted, options(), Progress.NONE))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("nothing to take back");
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));

    holdfast.rewind(first, null, options(), false, Progress.NONE);

    assertThat(Files.readString(live.resolve("foreign"))).isEqualTo("never touched by us");
    assertThat(Files.readString(live.resolve("a"))).isEqualTo("committed a");
  }

  @Test
  void anUpdateAfterAnAcceptedChangeGoesBackPastIt() throws IOException {
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    Files.writeString(live.resolve("a"), "an editor's");
    holdfast.accept(List.of(place("a")), options(), Progress.NONE);
    holdfast.rewind(first, null, options(), false, Progress.NONE);
    assertThat(Files.readString(live.resolve("a"))).isEqualTo("committed a");
  }

  @Test
  void aRootInsideSpeaksForItself() throws IOException {
    Root inner = holdfast.root(live.resolve("d"));
    try (Transaction transaction = holdfast.begin(options(), inner)) {
      transaction.write(inner, "x", "through the inner root".getBytes(UTF_8));
      transaction.commit();
    }
    assertThat(lines()).isEmpty();
    Drift drift = holdfast.verify(List.of(), true, false, Progress.NONE);
    assertThat(drift.managed()).isEqualTo(5); // as before: each path once
    Files.writeString(live.resolve("d/x"), "an editor's");
    assertThat(lines()).containsExactly("M x");
  }

  @Test
  void metadataAndWhatIsKeptElsewhereArePutBack() throws IOException {
    commit(tx -> tx.write(root, "a", "two".getBytes(UTF_8)));
    commit(tx -> tx.write(root, "a", "committed a".getBytes(UTF_8)));
    Map<RelativePath, String> before = TreeState.of(live);
    Files.setPosixFilePermissions(live.resolve("b"), PosixFilePermissions.fromString("rw-------"));
    Files.writeString(live.resolve("a"), "an editor's a"); // its bytes are the first one's image
    Files.delete(live.resolve("l"));

    holdfast.restore(List.of(place("")), List.of(), options(), Progress.NONE);

    assertThat(lines()).isEmpty();
    Map<RelativePath, String> after = TreeState.of(live);
    assertThat(after.get(RelativePath.of("b"))).isEqualTo(before.get(RelativePath.of("b")));
    assertThat(Files.readString(live.resolve("a"))).isEqualTo("committed a");
  }

  @Test
  void whatIsCommittedMeanwhileIsNotPutBack() throws IOException {
    Files.delete(live.resolve("l"));
    Set<String> once = new HashSet<>();
    try (Holdfast other = Holdfast.open(folder.resolve("state"))) {
      Progress meanwhile =
          (_, _, _) -> {
            if (once.add("committed")) {
              try (Transaction transaction = other.begin(options(), root)) {
                transaction.write(root, "b", "the next one".getBytes(UTF_8));
                transaction.commit();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          };
      assertThatThrownBy(
              () -> holdfast.restore(List.of(place("")), List.of(), options(), meanwhile))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("changed meanwhile by transaction");
    }
    assertThat(Files.readString(live.resolve("b"))).isEqualTo("the next one");
  }

  @Test
  void whatIsKeptNowhereIsNamedAndNothingIsChanged() throws IOException {
    Files.writeString(live.resolve("a"), "an editor's a");
    Files.setPosixFilePermissions(live.resolve("b"), PosixFilePermissions.fromString("rw-------"));
    Map<RelativePath, String> before = TreeState.of(live);
    assertThatThrownBy(
            () -> holdfast.restore(List.of(place("")), List.of(), options(), Progress.NONE))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("/a was committed by transaction " + first)
        .hasMessageContaining("kept nowhere");
    assertThat(TreeState.of(live)).isEqualTo(before);
  }

  @Test
  void whatLiesElsewhereIsTakenOnlyIfItIsWhatWasCommitted() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path a = elsewhere.resolve("a");
    AbsolutePath source = AbsolutePath.of(elsewhere.toRealPath().toString());
    Files.writeString(live.resolve("a"), "an editor's a");
    Files.writeString(a, "Committed a");
    assertThatThrownBy(
            () -> holdfast.restore(List.of(place("")), List.of(source), options(), Progress.NONE))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("kept nowhere");

    Files.delete(a);
    Files.createSymbolicLink(a, Files.writeString(folder.resolve("b"), "committed a"));
    assertThatThrownBy(
            () -> holdfast.restore(List.of(place("")), List.of(source), options(), Progress.NONE))
        .isInstanceOf(ConflictException.class);

    Files.delete(a);
    Files.writeString(a, "committed a");
    holdfast.restore(List.of(place("")), List.of(source), options(), Progress.NONE);
    assertThat(lines()).isEmpty();
  }
}
