package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Opening directories, files and entries: where a path may lead, and where it must not. */
interface OpeningContract extends DiskFixture {

  @Test
  default void opensADirectoryByItsPath() throws Exception {
    write("a", "text");

    try (Directory again = disk().openDirectory(folder())) {
      assertThat(again.stat().isSameInode(here().stat())).isTrue();
      assertThat(read(again, "a")).isEqualTo("text");
    }
  }

  @Test
  default void followsLinksOnAnAdministratorsPath() throws Exception {
    try (Directory real = newDirectory("real")) {
      symlink("link", "real");

      try (Directory opened = disk().openDirectory(folder().resolve(name("link")))) {
        assertThat(opened.stat().inode()).isEqualTo(real.stat().inode());
      }
    }
  }

  @Test
  default void refusesToOpenWhatIsNoDirectoryByPath() throws Exception {
    write("file", "");

    assertFails(
        DiskError.NOT_DIRECTORY, () -> disk().openDirectory(folder().resolve(name("file"))));
    assertFails(DiskError.NOT_FOUND, () -> disk().openDirectory(folder().resolve(name("missing"))));
  }

  @Test
  default void resolvesLinksInAPath() throws Exception {
    newDirectory("real").close();
    try (Directory real = here().directory(name("real"))) {
      write(real, "file", "");
    }
    symlink("link", "real");

    assertThat(disk().realPath(folder().resolve(RelativePath.of("link/file"))))
        .isEqualTo(disk().realPath(folder()).resolve(RelativePath.of("real/file")));
  }

  @Test
  default void resolvesAPathThatIsNotText() throws Exception {
    EntryName odd = name(0xff, '\n', 0x80);
    here().makeDirectory(odd, 0755);

    assertThat(disk().realPath(folder().resolve(odd)))
        .isEqualTo(disk().realPath(folder()).resolve(odd));
  }

  @Test
  default void resolvesAPathThatLooksDeleted() throws Exception {
    EntryName odd = name("x (deleted)");
    here().makeDirectory(odd, 0755);

    assertThat(disk().realPath(folder().resolve(odd)).name()).isEqualTo(odd);
  }

  @Test
  default void refusesToResolveAMissingPath() throws Exception {
    symlink("dangling", "nowhere");

    assertFails(DiskError.NOT_FOUND, () -> disk().realPath(folder().resolve(name("missing"))));
    assertFails(DiskError.NOT_FOUND, () -> disk().realPath(folder().resolve(name("dangling"))));
  }

  @Test
  default void opensADirectoryBelow() throws Exception {
    try (Directory a = newDirectory("a")) {
      a.makeDirectory(name("b"), 0755);
    }

    try (Directory b = here().directory(RelativePath.of("a/b"));
        Directory a = here().directory(name("a"))) {
      assertThat(b.stat().inode()).isEqualTo(a.stat(name("b")).orElseThrow().inode());
    }
  }

  @Test
  default void opensItselfByTheEmptyPath() throws Exception {
    Directory first = here().directory(RelativePath.EMPTY);
    try (Directory second = first.directory(RelativePath.EMPTY)) {
      first.close();

      assertThat(second.stat().inode()).isEqualTo(here().stat().inode());
    }
  }

  @Test
  default void opensADirectoryDeeperThanAnyPathIsLong() throws Exception {
    EntryName longName = EntryName.of("d".repeat(255));
    RelativePath path = RelativePath.EMPTY;
    for (int depth = 0; depth < 20; depth++) {
      try (Directory parent = here().directory(path)) {
        parent.makeDirectory(longName, 0755);
      }
      path = path.resolve(longName);
    }

    try (Directory deep = here().directory(path)) {
      write(deep, "bottom", "reached");
      assertThat(read(deep, "bottom")).isEqualTo("reached");
    }
  }

  @Test
  default void refusesToOpenWhatIsNoDirectoryBelow() throws Exception {
    write("file", "");

    assertFails(DiskError.NOT_FOUND, () -> here().directory(name("missing")));
    assertFails(DiskError.NOT_FOUND, () -> here().directory(RelativePath.of("missing/b")));
    assertFails(DiskError.NOT_DIRECTORY, () -> here().directory(name("file")));
    assertFails(DiskError.NOT_DIRECTORY, () -> here().directory(RelativePath.of("file/b")));
  }

  @Test
  default void followsNoLinkBelowADirectory() throws Exception {
    try (Directory real = newDirectory("real")) {
      real.makeDirectory(name("sub"), 0755);
    }
    symlink("link", "real");
    symlink("dangling", "nowhere");
    symlink("absolute", "/");

    assertFails(DiskError.SYMLINK, () -> here().directory(name("link")));
    assertFails(DiskError.SYMLINK, () -> here().directory(RelativePath.of("link/sub")));
    assertFails(DiskError.SYMLINK, () -> here().directory(name("dangling")));
    assertFails(DiskError.SYMLINK, () -> here().directory(RelativePath.of("absolute/tmp")));
  }

  @Test
  default void noticesALinkSwappedInOnTheWay() throws Exception {
    try (Directory secret = newDirectory("secret");
        Directory way = newDirectory("way")) {
      secret.makeDirectory(name("sub"), 0755);
      way.makeDirectory(name("sub"), 0755);
    }
    symlink("trap", "secret");
    here().directory(RelativePath.of("way/sub")).close();

    here().exchange(name("trap"), here(), name("way"));

    assertFails(DiskError.SYMLINK, () -> here().directory(RelativePath.of("way/sub")));
    assertFails(DiskError.SYMLINK, () -> here().directory(name("way")));
  }

  @Test
  default void staysWithADirectoryThatIsMovedAndReplacedByALink() throws Exception {
    newDirectory("elsewhere").close();
    try (Directory open = newDirectory("here")) {
      here().rename(name("here"), here(), name("moved"));
      symlink("here", "elsewhere");

      write(open, "file", "in the moved one");
    }

    try (Directory moved = here().directory(name("moved"));
        Directory elsewhere = here().directory(name("elsewhere"))) {
      assertThat(moved.list()).containsExactly(name("file"));
      assertThat(elsewhere.list()).isEmpty();
    }
  }

  @Test
  default void findsNothingInADirectoryThatWasRemoved() throws Exception {
    try (Directory gone = newDirectory("gone")) {
      here().removeDirectory(name("gone"));

      assertThat(gone.stat(name("x"))).isEmpty();
      assertFails(DiskError.NOT_FOUND, () -> gone.create(name("x"), 0644));
      assertFails(DiskError.NOT_FOUND, () -> gone.makeDirectory(name("x"), 0755));
      assertFails(DiskError.NOT_FOUND, gone::list);
    }
  }

  @Test
  default void statsWithoutFollowingALink() throws Exception {
    write("file", "0123456789");
    symlink("link", "file");

    assertThat(stat("link").type()).isEqualTo(FileType.SYMLINK);
    assertThat(stat("link").size()).isEqualTo(4);
    assertThat(stat("file").type()).isEqualTo(FileType.FILE);
    assertThat(stat("file").size()).isEqualTo(10);
    assertThat(here().stat(name("missing"))).isEmpty();
  }

  @Test
  default void opensEntriesOfEveryTypeWithoutFollowing() throws Exception {
    write("file", "");
    newDirectory("directory").close();
    symlink("link", "nowhere");
    here().makeNode(name("fifo"), FileType.FIFO, 0600, 0);

    List<FileType> types = new ArrayList<>();
    for (EntryName name : here().list()) {
      try (Entry entry = here().entry(name)) {
        Stat named = here().stat(name).orElseThrow();
        assertThat(entry.stat()).isEqualTo(named);
        types.add(entry.stat().type());
      }
    }
    assertThat(types)
        .containsExactlyInAnyOrder(
            FileType.FILE, FileType.DIRECTORY, FileType.SYMLINK, FileType.FIFO);
    assertFails(DiskError.NOT_FOUND, () -> here().entry(name("missing")));
  }

  @Test
  default void anEntryStaysWithItsInode() throws Exception {
    write("file", "old");
    write("new", "new!");
    try (Entry entry = here().entry(name("file"))) {
      here().renameOver(name("new"), here(), name("file"));

      assertThat(entry.stat().size()).isEqualTo(3);
      assertThat(entry.stat().links()).isZero();
    }
  }

  @Test
  default void opensAFileToRead() throws Exception {
    write("file", "text");

    try (DiskFile file = here().openToRead(name("file"))) {
      assertThat(read(file)).isEqualTo("text");
      assertFails(DiskError.OTHER, () -> file.write(0, buffer("x")));
    }
    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  default void opensAFileToWrite() throws Exception {
    write("file", "text");

    try (DiskFile file = here().openToWrite(name("file"))) {
      file.write(0, buffer("n"));
      assertThat(read(file)).isEqualTo("next");
    }
  }

  @Test
  @Timeout(20)
  default void opensOnlyRegularFilesAndNeverWaitsForAFifo() throws Exception {
    newDirectory("directory").close();
    write("file", "");
    symlink("link", "file");
    here().makeNode(name("fifo"), FileType.FIFO, 0600, 0);

    assertFails(DiskError.OTHER, () -> here().openToRead(name("directory")));
    assertFails(DiskError.OTHER, () -> here().openToRead(name("fifo")));
    assertFails(DiskError.SYMLINK, () -> here().openToRead(name("link")));
    assertFails(DiskError.NOT_FOUND, () -> here().openToRead(name("missing")));
    assertFails(DiskError.OTHER, () -> here().openToWrite(name("directory")));
    assertFails(DiskError.OTHER, () -> here().openToWrite(name("fifo")));
    assertFails(DiskError.SYMLINK, () -> here().openToWrite(name("link")));
    assertFails(DiskError.NOT_FOUND, () -> here().openToWrite(name("missing")));
  }

  @Test
  default void namesThePathInAnError() {
    assertThatThrownBy(() -> here().openToRead(name("missing")))
        .hasMessageContaining(folder().resolve(name("missing")).toString())
        .hasMessageContaining(DiskError.NOT_FOUND.text());
  }

  @Test
  default void refusesAnythingAfterClose() throws Exception {
    write("file", "text");
    symlink("link", "file");
    Directory directory = newDirectory("directory");
    DiskFile file = here().openToWrite(name("file"));
    Entry entry = here().entry(name("link"));
    for (AutoCloseable open : List.of(directory, file, entry)) {
      open.close();
      open.close();
    }

    assertClosed(directory::stat);
    assertClosed(directory::list);
    assertClosed(() -> directory.stat(name("x")));
    assertClosed(() -> directory.create(name("x"), 0644));
    assertClosed(() -> here().rename(name("file"), directory, name("file")));
    assertClosed(directory::sync);
    assertClosed(directory::openSync);
    assertClosed(file::size);
    assertClosed(() -> file.write(0, buffer("x")));
    assertClosed(() -> file.read(0, buffer("x")));
    assertClosed(file::sync);
    assertClosed(entry::stat);
    assertClosed(() -> entry.setOwner(0, 0));
    assertThat(read("file")).isEqualTo("text");
  }

  private static void assertClosed(ThrowingCallable call) {
    assertThatIllegalStateException().isThrownBy(call);
  }

  @Test
  default void opensAFileWhoseNameIsNotText() throws Exception {
    EntryName odd = name(0xc3, 0x28, '\n', '"', '\\', 0x01);
    try (DiskFile file = here().create(odd, 0644)) {
      file.write(0, buffer("odd"));
    }

    try (DiskFile file = here().openToRead(odd)) {
      assertThat(read(file)).isEqualTo("odd");
    }
    assertThat(new String(odd.bytes(), StandardCharsets.ISO_8859_1)).hasSize(6);
  }
}
