package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a past transaction is shown. */
class PatchTest {
  @TempDir Path folder;
  private Path live;
  private Holdfast holdfast;
  private Root root;

  @BeforeEach
  void open() throws IOException {
    live = Files.createDirectory(folder.resolve("live"));
    Files.writeString(live.resolve("a"), "one\ntwo\nthree\n");
    Files.writeString(live.resolve("gone"), "was here");
    Files.setPosixFilePermissions(live.resolve("a"), PosixFilePermissions.fromString("rw-r--r--"));
    Files.setPosixFilePermissions(
        live.resolve("gone"), PosixFilePermissions.fromString("rw-r--r--"));
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
    try (Transaction transaction = holdfast.begin(Options.message("test"), root)) {
      work.on(transaction);
      return transaction.commit().sequence().orElseThrow();
    }
  }

  private List<String> patch(Work work) throws IOException {
    return holdfast.patch(commit(work));
  }

  @Test
  void showsAChangedText() throws IOException {
    assertThat(patch(tx -> tx.write(root, "a", bytes("one\n2\nthree\n"))))
        .containsExactly(
            "diff --git a/a b/a",
            "--- a/a",
            "+++ b/a",
            "@@ -1,3 +1,3 @@",
            " one",
            "-two",
            "+2",
            " three");
  }

  @Test
  void showsNewAndDeletedFilesAsGitDoes() throws IOException {
    assertThat(
            patch(tx -> {
              tx.delete(root, "gone");
              tx.makeDirectory(root, "d");
              tx.write(root, "d/new", bytes("x\n"));
              tx.makeSymbolicLink(root, "d/link", bytes("../a"));
            }))
        .containsExactly(
            "diff --git a/d b/d",
            "new file mode 040755",
            "diff --git a/d/link b/d/link",
            "new file mode 120000",
            "--- /dev/null",
            "+++ b/d/link",
            "@@ -0,0 +1,1 @@",
            "+../a",
            "\\ No newline at end of file",
            "diff --git a/d/new b/d/new",
            "new file mode 100644",
            "--- /dev/null",
            "+++ b/d/new",
            "@@ -0,0 +1,1 @@",
            "+x",
            "diff --git a/gone b/gone",
            "deleted file mode 100644",
            "--- a/gone",
            "+++ /dev/null",
            "@@ -1,1 +0,0 @@",
            "-was here",
            "\\ No newline at end of file");
  }

  @Test
  void isAppliedByPatch() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/patch")), "needs patch(1)");
    String many =
        IntStream.range(0, 500).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    commit(tx -> tx.write(root, "a", bytes(many)));
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Files.copy(live.resolve("a"), copy.resolve("a"));
    Files.copy(live.resolve("gone"), copy.resolve("gone"));
    List<String> patch =
        patch(tx -> {
          tx.write(root, "a", bytes("first\n" + many.replace("line 250\n", "") + "the end"));
          tx.delete(root, "gone");
          tx.write(root, "new", bytes("new\n"));
        });
    Path file = Files.writeString(folder.resolve("patch"), String.join("\n", patch) + "\n");

    Process process =
        new ProcessBuilder("patch", "-p1", "-i", file.toString())
            .directory(copy.toFile())
            .redirectErrorStream(true)
            .start();

    assertThat(process.inputReader(UTF_8).lines().toList()).hasSize(3);
    assertThat(process.waitFor()).isZero();
    assertThat(copy.resolve("a")).hasSameBinaryContentAs(live.resolve("a"));
    assertThat(copy.resolve("new")).hasContent("new\n");
    assertThat(copy.resolve("gone")).doesNotExist();
  }

  @Test
  void showsMetadataInLinesOfTheSameForm() throws IOException {
    assumeTrue(LinuxDisk.create().host().isRoot(), "needs root");
    assertThat(
            patch(tx -> {
              tx.setMode(root, "a", 0755);
              tx.setOwner(root, "a", 12, 34);
              tx.setExtendedAttribute(root, "a", "user.note", bytes("x"));
            }))
        .containsExactly(
            "diff --git a/a b/a",
            "old mode 100644",
            "new mode 100755",
            "old owner 0:0",
            "new owner 12:34",
            "new attribute user.note = x");
  }

  @Test
  void showsMovesAndChangesOfType() throws IOException {
    assertThat(
            patch(tx -> {
              tx.move(root, "gone", "here");
              tx.delete(root, "a");
              tx.makeSymbolicLink(root, "a", bytes("here"));
            }))
        .containsExactly(
            "diff --git a/a b/a",
            "deleted file mode 100644",
            "--- a/a",
            "+++ /dev/null",
            "@@ -1,3 +0,0 @@",
            "-one",
            "-two",
            "-three",
            "diff --git a/a b/a",
            "new file mode 120000",
            "--- /dev/null",
            "+++ b/a",
            "@@ -0,0 +1,1 @@",
            "+here",
            "\\ No newline at end of file",
            "diff --git a/gone b/here",
            "similarity index 100%",
            "rename from gone",
            "rename to here");
  }

  @Test
  void findsWhatItLeftInWhatLaterTransactionsTook() throws IOException {
    long sequence = commit(tx -> tx.write(root, "a", bytes("second\n")));
    List<String> fresh = holdfast.patch(sequence);
    commit(tx -> tx.write(root, "a", bytes("third\n")));
    commit(tx -> tx.write(root, "a", bytes("fourth\n")));

    assertThat(holdfast.patch(sequence)).isEqualTo(fresh).contains("+second");
  }

  @Test
  void saysWhereBytesAreGone() throws IOException {
    long sequence = commit(tx -> tx.write(root, "a", bytes("second\n")));
    Files.writeString(live.resolve("a"), "changed by somebody else\n");
    assertThat(holdfast.patch(sequence))
        .containsExactly(
            "diff --git a/a b/a",
            "(not shown: what it left has changed since, and is kept nowhere)");

    holdfast.prune(new PruneOptions(0, null, null, false));

    assertThat(holdfast.patch(sequence))
        .containsExactly("diff --git a/a b/a", "(not shown: its before-image was freed)");
  }

  @Test
  void saysInOneLineWhatIsNoTextOrTooLarge() throws IOException {
    assertThat(
            patch(tx -> {
              tx.write(root, "binary", new byte[] {1, 0, 2});
              tx.write(root, "latin", new byte[] {(byte) 0xe4, '\n'});
              tx.write(root, "large", new byte[2 << 20]);
            }))
        .filteredOn(line -> !line.startsWith("new file"))
        .containsExactly(
            "diff --git a/binary b/binary",
            "Binary files /dev/null and b/binary differ",
            "diff --git a/large b/large",
            "(not shown: larger than 1 MiB)",
            "diff --git a/latin b/latin",
            "Binary files /dev/null and b/latin differ");
  }

  @Test
  void showsATextThatHasNothingLeftOfTheOldOneInTime() throws IOException {
    String old =
        IntStream.range(0, 20_000).mapToObj(i -> "a" + i + "\n").collect(Collectors.joining());
    String fresh =
        IntStream.range(0, 20_000).mapToObj(i -> "b" + i + "\n").collect(Collectors.joining());
    commit(tx -> tx.write(root, "a", bytes("same\n" + old + "same\n")));

    assertThat(patch(tx -> tx.write(root, "a", bytes("same\n" + fresh + "same\n"))))
        .hasSize(3 + 1 + 20_000 + 20_000 + 2)
        .contains("@@ -1,20002 +1,20002 @@");
  }

  @Test
  void quotesNamesAsGitDoes() throws IOException {
    assertThat(patch(tx -> tx.write(root, "new\nline", bytes("x\n"))))
        .contains("diff --git \"a/new\\nline\" \"b/new\\nline\"", "+++ \"b/new\\nline\"");
  }

  @Test
  void showsNothingOfWhatCameToNothing() throws IOException {
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", bytes("dropped"));
    }
    assertThat(holdfast.patch(1)).isEmpty();
    assertThatThrownBy(() -> holdfast.patch(2)).isInstanceOf(RefusedException.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
