package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Rename, rename over, exchange. */
interface MovingContract extends DiskFixture {

  @Test
  default void renamesWithinADirectory() throws Exception {
    write("a", "text");
    Stat before = stat("a");

    here().rename(name("a"), here(), name("b"));

    assertThat(here().list()).containsExactly(name("b"));
    assertThat(stat("b").isSameInode(before)).isTrue();
    assertThat(stat("b").modified()).isEqualTo(before.modified());
    assertThat(read("b")).isEqualTo("text");
  }

  @Test
  default void renamesBetweenDirectories() throws Exception {
    write("a", "text");
    try (Directory other = newDirectory("other")) {
      here().rename(name("a"), other, name("b"));

      assertThat(here().list()).containsExactly(name("other"));
      assertThat(read(other, "b")).isEqualTo("text");
    }
  }

  @Test
  default void renamesADirectoryWithAllThatIsInIt() throws Exception {
    try (Directory tree = newDirectory("tree");
        Directory other = newDirectory("other")) {
      write(tree, "leaf", "text");
      Stat before = tree.stat();

      here().rename(name("tree"), other, name("moved"));

      assertThat(other.stat(name("moved")).orElseThrow().isSameInode(before)).isTrue();
      assertThat(read(tree, "leaf")).isEqualTo("text");
      assertThat(here().stat(name("tree"))).isEmpty();
    }
  }

  @Test
  default void renamesALinkItself() throws Exception {
    write("file", "text");
    symlink("link", "file");

    here().rename(name("link"), here(), name("moved"));

    assertThat(stat("moved").type()).isEqualTo(FileType.SYMLINK);
    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  default void renamesOverNothingThatExists() throws Exception {
    write("a", "a");
    write("file", "file");
    newDirectory("directory").close();
    symlink("dangling", "nowhere");

    for (String taken : new String[] {"file", "directory", "dangling", "a"}) {
      assertFails(DiskError.EXISTS, () -> here().rename(name("a"), here(), name(taken)));
    }
    assertThat(read("a")).isEqualTo("a");
    assertThat(read("file")).isEqualTo("file");
    assertThat(here().list()).hasSize(4);
  }

  @Test
  default void refusesToRenameWhatIsMissing() throws Exception {
    write("b", "b");

    assertFails(DiskError.NOT_FOUND, () -> here().rename(name("a"), here(), name("c")));
    assertFails(DiskError.NOT_FOUND, () -> here().renameOver(name("a"), here(), name("b")));
    assertFails(DiskError.NOT_FOUND, () -> here().exchange(name("a"), here(), name("b")));
    assertFails(DiskError.NOT_FOUND, () -> here().exchange(name("b"), here(), name("a")));
    assertThat(read("b")).isEqualTo("b");
  }

  @Test
  default void movesNoDirectoryIntoItself() throws Exception {
    try (Directory outer = newDirectory("outer")) {
      outer.makeDirectory(name("inner"), 0755);
      try (Directory inner = outer.directory(name("inner"))) {
        assertFails(DiskError.OTHER, () -> here().rename(name("outer"), inner, name("x")));
        assertFails(DiskError.OTHER, () -> here().renameOver(name("outer"), inner, name("x")));
        assertFails(DiskError.OTHER, () -> here().exchange(name("outer"), outer, name("inner")));
        assertFails(DiskError.OTHER, () -> outer.exchange(name("inner"), here(), name("outer")));
        assertFails(
            DiskError.NOT_EMPTY, () -> outer.renameOver(name("inner"), here(), name("outer")));
      }
    }
    here().directory(RelativePath.of("outer/inner")).close();
  }

  @Test
  default void renamesOverAFile() throws Exception {
    write("old", "old");
    write("new", "newer");
    try (DiskFile replaced = here().openToRead(name("old"))) {
      here().renameOver(name("new"), here(), name("old"));

      assertThat(read("old")).isEqualTo("newer");
      assertThat(here().list()).containsExactly(name("old"));
      assertThat(read(replaced)).isEqualTo("old");
      assertThat(replaced.stat().links()).isZero();
    }
  }

  @Test
  default void renamesOverALinkWithoutFollowingIt() throws Exception {
    write("target", "target");
    symlink("link", "target");
    write("new", "new");

    here().renameOver(name("new"), here(), name("link"));

    assertThat(read("link")).isEqualTo("new");
    assertThat(read("target")).isEqualTo("target");
  }

  @Test
  default void renamesOverNothing() throws Exception {
    write("new", "new");

    here().renameOver(name("new"), here(), name("free"));

    assertThat(here().list()).containsExactly(name("free"));
  }

  @Test
  default void renamesADirectoryOverAnEmptyOneOnly() throws Exception {
    newDirectory("new").close();
    newDirectory("empty").close();
    try (Directory full = newDirectory("full")) {
      write(full, "leaf", "text");
    }
    long inode = stat("new").inode();

    assertFails(DiskError.NOT_EMPTY, () -> here().renameOver(name("new"), here(), name("full")));
    here().renameOver(name("new"), here(), name("empty"));

    assertThat(stat("empty").inode()).isEqualTo(inode);
    assertThat(here().list()).containsExactly(name("empty"), name("full"));
  }

  @Test
  default void renamesOverTheSameKindOnly() throws Exception {
    write("file", "text");
    newDirectory("directory").close();

    assertFails(
        DiskError.IS_DIRECTORY, () -> here().renameOver(name("file"), here(), name("directory")));
    assertFails(
        DiskError.NOT_DIRECTORY, () -> here().renameOver(name("directory"), here(), name("file")));
    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  default void renamingOverAnotherNameOfTheSameInodeDoesNothing() throws Exception {
    write("a", "text");
    here().link(name("a"), here(), name("b"));

    here().renameOver(name("a"), here(), name("b"));

    assertThat(here().list()).containsExactly(name("a"), name("b"));
    assertThat(stat("a").links()).isEqualTo(2);
  }

  @Test
  default void exchangesTwoFiles() throws Exception {
    write("a", "was a");
    try (Directory other = newDirectory("other")) {
      write(other, "b", "was b");
      Stat a = stat("a");
      Stat b = other.stat(name("b")).orElseThrow();

      here().exchange(name("a"), other, name("b"));

      assertThat(read("a")).isEqualTo("was b");
      assertThat(read(other, "b")).isEqualTo("was a");
      assertThat(stat("a").isSameInode(b)).isTrue();
      assertThat(other.stat(name("b")).orElseThrow().isSameInode(a)).isTrue();
    }
  }

  @Test
  default void exchangesAFileWithADirectory() throws Exception {
    write("file", "text");
    try (Directory directory = newDirectory("directory")) {
      write(directory, "leaf", "leaf");
      try (Directory other = newDirectory("other")) {
        here().rename(name("file"), other, name("file"));
        other.exchange(name("file"), here(), name("directory"));

        assertThat(read("directory")).isEqualTo("text");
        assertThat(other.stat(name("file")).orElseThrow().isDirectory()).isTrue();
        assertThat(read(directory, "leaf")).isEqualTo("leaf");
      }
    }
  }

  @Test
  default void exchangesALinkItself() throws Exception {
    write("target", "target");
    symlink("link", "target");
    write("file", "file");

    here().exchange(name("file"), here(), name("link"));

    assertThat(read("link")).isEqualTo("file");
    assertThat(here().readSymbolicLink(name("file"))).asString().isEqualTo("target");
  }

  @Test
  default void exchangingAnEntryWithItselfDoesNothing() throws Exception {
    write("a", "text");
    here().link(name("a"), here(), name("b"));

    here().exchange(name("a"), here(), name("a"));
    here().exchange(name("a"), here(), name("b"));

    assertThat(here().list()).containsExactly(name("a"), name("b"));
  }

  @Test
  default void countsTheSubdirectoriesThatMove() throws Exception {
    newDirectory("tree").close();
    try (Directory other = newDirectory("other")) {
      long before = other.stat().links();
      here().rename(name("tree"), other, name("tree"));
      long after = other.stat().links();

      // 2 and one for each subdirectory, or always 1 where the file system does not count
      assertThat(after - before).isEqualTo(before == 1 ? 0 : 1);
    }
  }

  @Test
  default void aMoveChangesTheTimesOfBothDirectories() throws Exception {
    Instant past = Instant.parse("2001-02-03T04:05:06Z");
    Instant recent = past.plus(Duration.ofDays(365));
    write("a", "");
    try (Directory other = newDirectory("other")) {
      write(other, "b", "");
      here().setModified(past);
      other.setModified(past);
      here().exchange(name("a"), other, name("b"));
      assertThat(here().stat().modified()).isAfter(recent);
      assertThat(other.stat().modified()).isAfter(recent);

      here().setModified(past);
      other.setModified(past);
      here().rename(name("a"), other, name("c"));
      assertThat(here().stat().modified()).isAfter(recent);
      assertThat(other.stat().modified()).isAfter(recent);
    }
  }
}
