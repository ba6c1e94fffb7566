package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileType;
import org.junit.jupiter.api.Test;

/** Unlinking and removing directories. */
interface RemovingContract extends DiskFixture {

  @Test
  default void unlinksEveryTypeButDirectories() throws Exception {
    write("file", "");
    symlink("link", "file");
    here().makeNode(name("fifo"), FileType.FIFO, 0600, 0);
    newDirectory("directory").close();

    here().unlink(name("link"));
    here().unlink(name("fifo"));
    here().unlink(name("file"));

    assertFails(DiskError.IS_DIRECTORY, () -> here().unlink(name("directory")));
    assertFails(DiskError.NOT_FOUND, () -> here().unlink(name("missing")));
    assertThat(here().list()).containsExactly(name("directory"));
  }

  @Test
  default void unlinksALinkAndNotItsTarget() throws Exception {
    write("file", "text");
    symlink("link", "file");

    here().unlink(name("link"));

    assertThat(read("file")).isEqualTo("text");
  }

  @Test
  default void keepsAnOpenFileAfterItsLastNameIsGone() throws Exception {
    write("file", "text");
    try (DiskFile open = here().openToWrite(name("file"))) {
      here().unlink(name("file"));
      open.write(0, buffer("T"));

      assertThat(read(open)).isEqualTo("Text");
      assertThat(open.stat().links()).isZero();
    }
  }

  @Test
  default void removesAnEmptyDirectory() throws Exception {
    newDirectory("directory").close();

    here().removeDirectory(name("directory"));

    assertThat(here().list()).isEmpty();
  }

  @Test
  default void removesNothingButEmptyDirectories() throws Exception {
    write("file", "");
    symlink("link", "full");
    try (Directory full = newDirectory("full")) {
      write(full, "leaf", "");
    }

    assertFails(DiskError.NOT_EMPTY, () -> here().removeDirectory(name("full")));
    assertFails(DiskError.NOT_DIRECTORY, () -> here().removeDirectory(name("file")));
    assertFails(DiskError.NOT_DIRECTORY, () -> here().removeDirectory(name("link")));
    assertFails(DiskError.NOT_FOUND, () -> here().removeDirectory(name("missing")));
    assertThat(here().list()).hasSize(3);
  }
}
