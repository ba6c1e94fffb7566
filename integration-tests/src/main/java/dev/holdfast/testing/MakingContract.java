package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Making files, directories, links and nodes. */
interface MakingContract extends DiskFixture {
  /** Modes that a umask or a careless implementation would change. */
  List<Integer> MODES = List.of(0, 0400, 0600, 0644, 0666, 0777, 01777, 02755, 04755, 06711, 07777);

  @Test
  default void createsAFileWithExactlyTheMode() throws Exception {
    for (int mode : MODES) {
      EntryName name = name("file-" + Integer.toOctalString(mode));
      here().create(name, mode).close();

      Stat stat = here().stat(name).orElseThrow();
      assertThat(Integer.toOctalString(stat.mode())).isEqualTo(Integer.toOctalString(mode));
      assertThat(stat.type()).isEqualTo(FileType.FILE);
      assertThat(stat.size()).isZero();
      assertThat(stat.links()).isEqualTo(1);
      assertThat(stat.uid()).isEqualTo(disk().host().uid());
      assertThat(stat.deviceNumber()).isZero();
    }
  }

  @Test
  default void createsAFileForReadingAndWriting() throws Exception {
    try (DiskFile file = here().create(name("file"), 0400)) {
      file.write(0, buffer("text"));
      assertThat(read(file)).isEqualTo("text");
    }
  }

  @Test
  default void createsNothingOverAnExistingEntry() throws Exception {
    write("file", "text");
    newDirectory("directory").close();
    symlink("dangling", "nowhere");

    for (String taken : new String[] {"file", "directory", "dangling"}) {
      assertFails(DiskError.EXISTS, () -> here().create(name(taken), 0644));
      assertFails(DiskError.EXISTS, () -> here().makeDirectory(name(taken), 0755));
      assertFails(DiskError.EXISTS, () -> here().makeSymbolicLink(name(taken), new byte[] {'x'}));
      assertFails(DiskError.EXISTS, () -> here().makeNode(name(taken), FileType.FIFO, 0600, 0));
      assertFails(DiskError.EXISTS, () -> here().link(name("file"), here(), name(taken)));
    }
    assertThat(read("file")).isEqualTo("text");
    assertThat(here().list()).hasSize(3);
  }

  @Test
  default void refusesBitsThatAreNoPermissions() {
    assertThatIllegalArgumentException().isThrownBy(() -> here().create(name("x"), 0100644));
    assertThatIllegalArgumentException().isThrownBy(() -> here().makeDirectory(name("x"), 040755));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> here().makeNode(name("x"), FileType.FIFO, 010644, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> here().setMode(0100000));
  }

  @Test
  default void makesADirectoryWithExactlyTheMode() throws Exception {
    for (int mode : MODES) {
      EntryName name = name("directory-" + Integer.toOctalString(mode));
      here().makeDirectory(name, mode);

      Stat stat = here().stat(name).orElseThrow();
      assertThat(Integer.toOctalString(stat.mode())).isEqualTo(Integer.toOctalString(mode));
      assertThat(stat.type()).isEqualTo(FileType.DIRECTORY);
    }
  }

  @Test
  default void givesExactlyTheModeInsideADirectoryWithSetgid() throws Exception {
    here().makeDirectory(name("setgid"), 02755);
    try (Directory setgid = here().directory(name("setgid"))) {
      setgid.makeDirectory(name("directory"), 0750);
      setgid.create(name("file"), 0640).close();

      assertThat(setgid.stat(name("directory")).orElseThrow().mode()).isEqualTo(0750);
      assertThat(setgid.stat(name("file")).orElseThrow().mode()).isEqualTo(0640);
    }
  }

  @Test
  default void aNewEntryChangesItsDirectorysTime() throws Exception {
    Instant past = Instant.parse("2001-02-03T04:05:06Z");
    here().setModified(past);

    write("file", "");

    assertThat(here().stat().modified()).isAfter(past.plus(Duration.ofDays(365)));
  }

  @Test
  default void makesASymbolicLinkToAnyBytes() throws Exception {
    byte[] target = {'.', '.', '/', (byte) 0xff, '\n', ' ', '/', '/'};
    here().makeSymbolicLink(name("link"), target);

    assertThat(here().readSymbolicLink(name("link"))).isEqualTo(target);
    assertThat(stat("link").type()).isEqualTo(FileType.SYMLINK);
    assertThat(stat("link").size()).isEqualTo(target.length);
  }

  @Test
  default void keepsALongLinksTarget() throws Exception {
    String target = "t".repeat(1000);
    symlink("link", target);

    assertThat(here().readSymbolicLink(name("link"))).asString().isEqualTo(target);
  }

  @Test
  default void refusesImpossibleTargets() {
    assertFails(DiskError.NOT_FOUND, () -> here().makeSymbolicLink(name("link"), new byte[0]));
    assertFails(DiskError.NAME_TOO_LONG, () -> symlink("link", "t".repeat(5000)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> here().makeSymbolicLink(name("link"), new byte[] {'a', 0, 'b'}));
  }

  @Test
  default void readsLinksOnly() throws Exception {
    write("file", "");
    newDirectory("directory").close();

    assertFails(DiskError.OTHER, () -> here().readSymbolicLink(name("file")));
    assertFails(DiskError.OTHER, () -> here().readSymbolicLink(name("directory")));
    assertFails(DiskError.NOT_FOUND, () -> here().readSymbolicLink(name("missing")));
  }

  @Test
  default void makesAFifoWithExactlyTheMode() throws Exception {
    for (int mode : MODES) {
      EntryName name = name("fifo-" + Integer.toOctalString(mode));
      here().makeNode(name, FileType.FIFO, mode, 0);

      Stat stat = here().stat(name).orElseThrow();
      assertThat(Integer.toOctalString(stat.mode())).isEqualTo(Integer.toOctalString(mode));
      assertThat(stat.type()).isEqualTo(FileType.FIFO);
    }
  }

  @Test
  default void makesDeviceNodes() throws Exception {
    needsRoot();
    long number = 0x0fL << 8 | 0x12L | 0x345L << 20; // major 15, minor 0x34512
    here().makeNode(name("character"), FileType.CHARACTER_DEVICE, 0620, number);
    here().makeNode(name("block"), FileType.BLOCK_DEVICE, 0660, number);
    here().makeNode(name("whiteout"), FileType.CHARACTER_DEVICE, 0, 0);

    assertThat(stat("character").type()).isEqualTo(FileType.CHARACTER_DEVICE);
    assertThat(stat("character").deviceNumber()).isEqualTo(number);
    assertThat(stat("character").mode()).isEqualTo(0620);
    assertThat(stat("block").type()).isEqualTo(FileType.BLOCK_DEVICE);
    assertThat(stat("block").deviceNumber()).isEqualTo(number);
    assertThat(stat("whiteout").deviceNumber()).isZero();
    assertFails(DiskError.OTHER, () -> here().openToRead(name("whiteout")));
  }

  @Test
  default void refusesToMakeOtherTypesAsNodes() {
    for (FileType type : new FileType[] {FileType.FILE, FileType.DIRECTORY, FileType.SYMLINK}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> here().makeNode(name("x"), type, 0644, 0));
    }
  }

  @Test
  default void linksAnInodeUnderAnotherName() throws Exception {
    write("a", "text");
    try (Directory other = newDirectory("other")) {
      here().link(name("a"), other, name("b"));

      Stat b = other.stat(name("b")).orElseThrow();
      assertThat(b.isSameInode(stat("a"))).isTrue();
      assertThat(b.links()).isEqualTo(2);

      here().unlink(name("a"));
      assertThat(read(other, "b")).isEqualTo("text");
      assertThat(other.stat(name("b")).orElseThrow().links()).isEqualTo(1);
    }
  }

  @Test
  default void linksASymbolicLinkItself() throws Exception {
    write("file", "");
    symlink("link", "file");

    here().link(name("link"), here(), name("second"));

    assertThat(stat("second").type()).isEqualTo(FileType.SYMLINK);
    assertThat(stat("second").inode()).isEqualTo(stat("link").inode());
    assertThat(stat("file").links()).isEqualTo(1);
  }

  @Test
  default void refusesToLinkDirectoriesAndWhatIsMissing() throws Exception {
    newDirectory("directory").close();

    assertFails(
        DiskError.NOT_PERMITTED, () -> here().link(name("directory"), here(), name("second")));
    assertFails(DiskError.NOT_FOUND, () -> here().link(name("missing"), here(), name("second")));
    assertThat(here().list()).containsExactly(name("directory"));
  }
}
