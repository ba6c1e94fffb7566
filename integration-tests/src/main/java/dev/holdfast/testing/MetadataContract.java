package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Modes, owners, times, extended attributes, and what stat says. */
interface MetadataContract extends DiskFixture {

  /** Something to do with an open inode. */
  @FunctionalInterface
  interface Use {
    void of(Attributed open) throws Exception;
  }

  /** Does something with a file, a directory and a fifo, by every kind of handle that can. */
  private void withEachKindOfHandle(Use use) throws Exception {
    write("file", "text");
    here().makeNode(name("fifo"), FileType.FIFO, 0600, 0);
    List<Attributed> handles = new ArrayList<>();
    handles.add(here().openToRead(name("file")));
    handles.add(here().openToWrite(name("file")));
    handles.add(here().entry(name("file")));
    handles.add(here().create(name("created"), 0644));
    handles.add(newDirectory("directory"));
    handles.add(here().entry(name("directory")));
    handles.add(here().entry(name("fifo")));
    for (Attributed handle : handles) {
      try (handle) {
        use.of(handle);
      }
    }
  }

  @Test
  default void setsEveryPermissionBit() throws Exception {
    withEachKindOfHandle(open -> {
      for (int mode : MakingContract.MODES) {
        open.setMode(mode);
        assertThat(open.stat().mode()).isEqualTo(mode);
      }
    });
  }

  @Test
  default void refusesTheModeOfALink() throws Exception {
    write("file", "");
    symlink("link", "file");
    try (Entry link = here().entry(name("link"))) {
      assertFails(DiskError.UNSUPPORTED, () -> link.setMode(0600));
    }
    assertThat(stat("file").mode()).isEqualTo(0644);
    assertThat(stat("link").mode()).isEqualTo(0777);
  }

  @Test
  default void setsOwnerAndGroup() throws Exception {
    needsRoot();
    withEachKindOfHandle(open -> {
      open.setOwner(12_345, 54_321);
      assertThat(open.stat().uid()).isEqualTo(12_345);
      assertThat(open.stat().gid()).isEqualTo(54_321);
      open.setOwner(-1, 7);
      assertThat(open.stat().uid()).isEqualTo(12_345);
      assertThat(open.stat().gid()).isEqualTo(7);
      open.setOwner(8, -1);
      assertThat(open.stat().uid()).isEqualTo(8);
      assertThat(open.stat().gid()).isEqualTo(7);
    });
  }

  @Test
  default void setsTheOwnerOfALinkItself() throws Exception {
    needsRoot();
    write("file", "");
    symlink("link", "file");
    try (Entry link = here().entry(name("link"))) {
      link.setOwner(12_345, 54_321);
    }

    assertThat(stat("link").uid()).isEqualTo(12_345);
    assertThat(stat("file").uid()).isZero();
  }

  @Test
  default void refusesToGiveAFileAway() throws Exception {
    assumeFalse(disk().host().isRoot(), "root may");
    write("file", "");
    try (Entry file = here().entry(name("file"))) {
      assertFails(DiskError.NOT_PERMITTED, () -> file.setOwner(0, -1));
    }
  }

  @Test
  default void aChangeOfOwnerClearsSetuid() throws Exception {
    needsRoot();
    try (DiskFile file = here().create(name("file"), 06755)) {
      file.setOwner(12_345, -1);

      assertThat(file.stat().mode()).isEqualTo(0755);
    }
  }

  @Test
  default void setsTimesToTheNanosecond() throws Exception {
    withEachKindOfHandle(open -> {
      for (String time :
          new String[] {
            "2026-11-22T08:09:10.123456789Z",
            "1999-12-31T23:59:59.999999999Z",
            "1970-01-01T00:00:00Z",
            "1969-12-31T23:59:58.000000001Z",
            "2037-01-02T03:04:05.600000007Z"
          }) {
        open.setModified(Instant.parse(time));
        assertThat(open.stat().modified()).isEqualTo(Instant.parse(time));
      }
    });
  }

  @Test
  default void setsTheTimeOfALinkItself() throws Exception {
    write("file", "");
    symlink("link", "file");
    Instant time = Instant.parse("2001-02-03T04:05:06.789Z");
    Instant fileTime = stat("file").modified();
    try (Entry link = here().entry(name("link"))) {
      link.setModified(time);
    }

    assertThat(stat("link").modified()).isEqualTo(time);
    assertThat(stat("file").modified()).isEqualTo(fileTime);
  }

  @Test
  default void writingChangesTheModificationTime() throws Exception {
    Instant past = Instant.parse("2001-02-03T04:05:06Z");
    try (DiskFile file = here().create(name("file"), 0644)) {
      file.setModified(past);
      file.write(0, buffer("x"));
      assertThat(file.stat().modified()).isAfter(past);

      file.setModified(past);
      file.truncate(0);
      assertThat(file.stat().modified()).isAfter(past);

      file.setModified(past);
      file.setMode(0600);
      assertThat(file.stat().modified()).isEqualTo(past);
      assertThat(file.stat().changed()).isAfter(past);
    }
  }

  @Test
  default void statsByHandleAndByNameAlike() throws Exception {
    write("file", "text");
    try (DiskFile file = here().openToRead(name("file"))) {
      Stat stat = file.stat();
      assertThat(stat).isEqualTo(stat("file"));
      assertThat(stat.device()).isEqualTo(here().stat().device());
      assertThat(stat.mount()).isEqualTo(here().stat().mount());
      assertThat(stat.inode()).isNotEqualTo(here().stat().inode());
      assertThat(stat.born()).isAfterOrEqualTo(Instant.EPOCH);
    }
  }

  @Test
  default void keepsTheBirthOfAnInode() throws Exception {
    write("file", "text");
    Stat before = stat("file");
    try (DiskFile file = here().openToWrite(name("file"))) {
      file.write(0, buffer("changed"));
      file.setMode(0600);
      file.setModified(Instant.EPOCH);
    }
    here().rename(name("file"), here(), name("renamed"));

    assertThat(stat("renamed").born()).isEqualTo(before.born());
    assertThat(stat("renamed").isSameInode(before)).isTrue();
  }

  /** Skips the test where the file system has no {@code user.} attributes. */
  private void needsAttributes() throws Exception {
    write("probe", "");
    try (Entry probe = here().entry(name("probe"))) {
      probe.setExtendedAttribute("user.probe", new byte[0]);
    } catch (DiskException e) {
      assumeTrue(e.error() != DiskError.UNSUPPORTED, "no extended attributes here");
      throw e;
    }
    here().unlink(name("probe"));
  }

  @Test
  default void setsReadsAndRemovesExtendedAttributes() throws Exception {
    needsAttributes();
    byte[] binary = {0, (byte) 0xff, '\n', 0};
    write("file", "text");
    List<Attributed> handles =
        List.of(
            here().openToRead(name("file")), here().entry(name("file")), newDirectory("directory"));
    for (Attributed handle : handles) {
      try (Attributed open = handle) {
        assertThat(userAttributes(open)).isEmpty();
        open.setExtendedAttribute("user.b", binary);
        open.setExtendedAttribute("user.a", new byte[0]);
        open.setExtendedAttribute("user.ä …", text("first"));
        open.setExtendedAttribute("user.ä …", text("second"));

        assertThat(userAttributes(open)).containsExactly("user.a", "user.b", "user.ä …");
        assertThat(open.extendedAttributes().get("user.a")).isEmpty();
        assertThat(open.extendedAttributes().get("user.b")).isEqualTo(binary);
        assertThat(open.extendedAttributes().get("user.ä …")).isEqualTo(text("second"));

        for (String name : List.of("user.a", "user.b", "user.ä …")) {
          open.removeExtendedAttribute(name);
        }
        assertThat(userAttributes(open)).isEmpty();
      }
    }
  }

  /** A security module may have added attributes of its own. */
  private static List<String> userAttributes(Attributed open) throws DiskException {
    return open.extendedAttributes().keySet().stream().filter(n -> n.startsWith("user.")).toList();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  default void keepsLongAndManyAttributes() throws Exception {
    needsAttributes();
    byte[] value = new byte[1500];
    new Random(1).nextBytes(value);
    here().setExtendedAttribute("user.long", value);
    for (int i = 0; i < 30; i++) {
      here().setExtendedAttribute("user.with-a-rather-long-name-" + i, new byte[] {(byte) i});
    }

    assertThat(here().extendedAttributes().get("user.long")).isEqualTo(value);
    assertThat(userAttributes(here())).hasSize(31);
    assertThat(here().extendedAttributes().get("user.with-a-rather-long-name-29"))
        .isEqualTo(new byte[] {29});
    for (String name : userAttributes(here())) {
      here().removeExtendedAttribute(name);
    }
  }

  @Test
  default void refusesToRemoveAnAttributeThatIsNotThere() throws Exception {
    needsAttributes();
    assertFails(DiskError.NO_DATA, () -> here().removeExtendedAttribute("user.missing"));
  }

  @Test
  default void refusesImpossibleAttributes() throws Exception {
    needsAttributes();
    assertFails(DiskError.TOO_LARGE, () -> here().setExtendedAttribute("user.x", new byte[65_537]));
    assertFails(
        DiskError.UNSUPPORTED, () -> here().setExtendedAttribute("nonsense.x", new byte[1]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> here().setExtendedAttribute("", new byte[1]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> here().setExtendedAttribute("user.a\0b", new byte[1]));
  }

  @Test
  default void refusesUserAttributesOfALink() throws Exception {
    needsAttributes();
    write("file", "");
    symlink("link", "file");
    try (Entry link = here().entry(name("link"));
        Entry file = here().entry(name("file"))) {
      assertFails(DiskError.NOT_PERMITTED, () -> link.setExtendedAttribute("user.x", new byte[1]));
      assertThat(userAttributes(link)).isEmpty();
      assertThat(userAttributes(file)).isEmpty();
    }
  }

  @Test
  default void setsTheTrustedAttributesOfALinkItself() throws Exception {
    needsAttributes();
    needsRoot();
    write("file", "");
    symlink("link", "file");
    try (Entry link = here().entry(name("link"));
        Entry file = here().entry(name("file"))) {
      link.setExtendedAttribute("trusted.x", text("value"));

      assertThat(link.extendedAttributes().get("trusted.x")).isEqualTo(text("value"));
      assertThat(file.extendedAttributes()).doesNotContainKey("trusted.x");
    }
  }

  @Test
  default void attributesStayWithTheInode() throws Exception {
    needsAttributes();
    write("a", "");
    write("b", "");
    try (Entry a = here().entry(name("a"))) {
      a.setExtendedAttribute("user.x", text("of a"));
    }
    here().exchange(name("a"), here(), name("b"));

    try (Entry a = here().entry(name("a"));
        Directory again = disk().openDirectory(folder());
        Entry b = again.entry(name("b"))) {
      assertThat(userAttributes(a)).isEmpty();
      assertThat(userAttributes(b)).containsExactly("user.x");
    }
  }
}
