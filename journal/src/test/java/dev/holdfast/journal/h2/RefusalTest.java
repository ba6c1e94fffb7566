package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not ours alone, not whole or not known is refused, and left as it is. */
final class RefusalTest {
  private static final int NOBODY = 65534;

  @TempDir private Path temporary;
  private JournalFixture fixture;

  @BeforeEach
  void createJournal() throws IOException {
    fixture = new JournalFixture(temporary);
    try (H2Journal journal = fixture.open()) {
      fixture.run(journal, 40);
    }
    assertThat(fixture.epoch(2)).exists();
  }

  /** Opens it, reads everything and appends. */
  private void use() throws IOException {
    try (H2Journal journal = fixture.open()) {
      try (JournalView view = journal.read()) {
        JournalFixture.all(view);
      }
      fixture.run(journal, 1);
    }
  }

  private void isRefused(Reason reason, String message) throws IOException {
    Map<String, String> before = snapshot();
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(this::use)
        .withMessageContaining(message)
        .extracting(JournalException::reason)
        .isEqualTo(reason);
    assertThat(snapshot()).isEqualTo(before);
  }

  private Map<String, String> snapshot() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(fixture.state)) {
      for (Path path : (Iterable<Path>) walk::iterator) {
        String facts =
            Files.readAttributes(
                    path, "unix:mode,ino,size,lastModifiedTime", LinkOption.NOFOLLOW_LINKS)
                .toString();
        found.put(
            path.toString(),
            Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                ? facts + Arrays.hashCode(Files.readAllBytes(path))
                : facts);
      }
    }
    return found;
  }

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
  void aStateDirectoryThatOthersMayWriteTo(String permissions) throws IOException {
    mode(fixture.state, permissions);
    isRefused(Reason.UNSAFE, fixture.state + ", which has to be ours alone: others may write");
  }

  @Test
  void anEpochDirectoryThatOthersMayWriteTo() throws IOException {
    mode(fixture.state.resolve("journal"), "rwx-w----");
    isRefused(Reason.UNSAFE, "state/journal, which has to be ours alone: others may write");
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal/epoch-000001", "journal/epoch-000002", "id", "lock"})
  void aFileThatOthersMayRead(String name) throws IOException {
    mode(fixture.state.resolve(name), "rw-r-----");
    isRefused(Reason.UNSAFE, "state/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal/epoch-000001", "journal/epoch-000002", "id", "lock"})
  void aFileWithTwoNames(String name) throws IOException {
    Files.createLink(temporary.resolve("other"), fixture.state.resolve(name));
    isRefused(Reason.UNSAFE, "state/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal/epoch-000001", "journal/epoch-000002", "id", "lock"})
  void aSymbolicLinkInsteadOfAFile(String name) throws IOException {
    Path file = fixture.state.resolve(name);
    Files.move(file, temporary.resolve("other"));
    Files.createSymbolicLink(file, temporary.resolve("other"));
    isRefused(Reason.UNSAFE, "state/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"journal/epoch-000001", "journal/epoch-000002", "id", "lock"})
  void aDirectoryInsteadOfAFile(String name) throws IOException {
    Path file = fixture.state.resolve(name);
    Files.delete(file);
    Files.createDirectory(file);
    isRefused(Reason.UNSAFE, "state/" + name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "journal", "journal/epoch-000001", "journal/epoch-000002", "lock"})
  void whatBelongsToSomebodyElse(String name) throws IOException {
    Path path = fixture.state.resolve(name);
    assumeTrue(
        Integer.valueOf(0).equals(Files.getAttribute(path, "unix:uid")), "only root can do this");
    Files.setAttribute(path, "unix:uid", NOBODY);
    isRefused(Reason.UNSAFE, "belongs to user " + NOBODY);
  }

  @Test
  void aSymbolicLinkInsteadOfTheStateDirectory() throws IOException {
    Files.move(fixture.state, temporary.resolve("other"));
    Files.createSymbolicLink(fixture.state, temporary.resolve("other"));
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(this::use)
        .extracting(JournalException::reason)
        .isEqualTo(Reason.UNSAFE);
  }

  @Test
  void aJournalThatIsGone() throws IOException {
    delete(fixture.state.resolve("journal"));
    isRefused(Reason.LOST, "is lost");
    Files.delete(fixture.state.resolve("id"));
    Files.createFile(fixture.state.resolve("roots"));
    isRefused(Reason.LOST, "is lost");
    Files.delete(fixture.state.resolve("roots"));
    use();
  }

  @Test
  void aJournalWithoutEpochs() throws IOException {
    delete(fixture.state.resolve("journal"));
    Files.createDirectory(
        fixture.state.resolve("journal"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    isRefused(Reason.LOST, "no epoch is there");
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      for (Path path : (Iterable<Path>) list::iterator) {
        Files.delete(path);
      }
    }
    Files.delete(directory);
  }

  @Test
  void anEpochThatIsMissing() throws IOException {
    Files.delete(fixture.epoch(1));
    isRefused(Reason.DAMAGED, "goes up to epoch");
  }

  @Test
  void anEpochOfAnotherJournal() throws IOException {
    Path other = temporary.resolve("another");
    try (H2Journal journal =
        H2Journal.open(LinuxDisk.create(), AbsolutePath.of(other.toString()))) {
      fixture.run(journal, 1);
    }
    int newest = newest();
    Files.copy(
        other.resolve("journal/epoch-000001"),
        fixture.epoch(newest),
        StandardCopyOption.REPLACE_EXISTING);
    mode(fixture.epoch(newest), "rw-------");
    isRefused(Reason.DAMAGED, "belongs to another journal");
  }

  private int newest() {
    int newest = 1;
    while (Files.exists(fixture.epoch(newest + 1))) {
      newest++;
    }
    return newest;
  }

  @Test
  void anIdentityThatIsNotThisJournals() throws IOException {
    Files.writeString(fixture.state.resolve("id"), "holdfast journal 1\n" + new UUID(7, 7) + "\n");
    isRefused(Reason.DAMAGED, "belongs to another journal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "holdfast", "holdfast journal 1\n", "holdfast journal x\n\n"})
  void anIdentityThatIsNone(String text) throws IOException {
    Files.writeString(fixture.state.resolve("id"), text);
    isRefused(Reason.DAMAGED, "it is not what it should be");
  }

  @Test
  void aNewerFormat() throws IOException {
    String id = Files.readString(fixture.state.resolve("id"));
    Files.writeString(fixture.state.resolve("id"), id.replace("journal 1", "journal 2"));
    isRefused(Reason.NEWER, "is of format 2, this program knows 1");
    Files.delete(fixture.state.resolve("id"));
    EpochLabel label = new EpochLabel(2, newest(), UUID.randomUUID(), 1, 0, 0, 0);
    byte[] bytes = Files.readAllBytes(fixture.epoch(newest()));
    label.stamp(ByteBuffer.wrap(bytes));
    Files.write(fixture.epoch(newest()), bytes);
    isRefused(Reason.NEWER, "is of format 2, this program knows 1");
  }

  @Test
  void anEpochThatIsCutInItsBeginning() throws IOException {
    byte[] bytes = Files.readAllBytes(fixture.epoch(newest()));
    for (int length : new int[] {0, 1, 100, 4095, 4096, 8191, 8192, 9000}) {
      Files.write(fixture.epoch(newest()), Arrays.copyOf(bytes, length));
      isRefused(Reason.DAMAGED, "is damaged");
    }
  }

  @Test
  void aSealedEpochThatIsCut() throws IOException {
    byte[] bytes = Files.readAllBytes(fixture.epoch(1));
    Files.write(fixture.epoch(1), Arrays.copyOf(bytes, bytes.length - 1));
    isRefused(Reason.DAMAGED, "epoch-000001 is damaged");
  }
}
