package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Facts;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SettableTest {
  static final Privileges ROOT = new Privileges(0, 0, Set.of(0), true, true, true, true);
  static final Privileges USER =
      new Privileges(1000, 1000, Set.of(27, 1000), false, false, false, false);

  private final Settable settable = new Settable(USER);

  @Test
  void leavesRootEverything() {
    Settable all = new Settable(ROOT);
    Facts wanted = facts(FileType.FILE, 06755, 5, 6, "trusted.x", "security.capability");
    assertThat(all.of(wanted)).containsSame(wanted);
    assertThat(all.of(facts(FileType.BLOCK_DEVICE, 0600, 0, 0))).isPresent();
    assertThat(all.leftOut()).isEmpty();
  }

  @Test
  void takesTheUserForAnOwnerWhoCannotBeSet() {
    Facts set = set(facts(FileType.FILE, 0755, 0, 0));
    assertThat(set.uid()).isEqualTo(1000);
    assertThat(set.gid()).isEqualTo(1000);
    assertThat(set.mode()).isEqualTo(0755);
    assertThat(settable.leftOut())
        .contains("left out, because user 1000 may not set them: owner or group of 1 entry");
  }

  @Test
  void keepsAGroupThatTheUserIsIn() {
    assertThat(set(facts(FileType.FILE, 02755, 1000, 27)))
        .isEqualTo(facts(FileType.FILE, 02755, 1000, 27));
    assertThat(settable.leftOut()).isEmpty();
  }

  @Test
  void lendsNobodyTheWrongIdentity() {
    assertThat(set(facts(FileType.FILE, 06755, 0, 27)).mode()).isEqualTo(02755);
    assertThat(set(facts(FileType.FILE, 06755, 1000, 5)).mode()).isEqualTo(04755);
    assertThat(set(facts(FileType.DIRECTORY, 02755, 1000, 5)).mode()).isEqualTo(02755);
    assertThat(settable.leftOut().orElseThrow()).contains("setuid and setgid of 2 files");
  }

  @Test
  void leavesOutAttributesAndDevicesAndCountsThem() {
    Facts set =
        set(
            facts(
                FileType.FILE,
                0644,
                1000,
                1000,
                "user.a",
                "system.posix_acl_access",
                "system.nfs4_acl",
                "trusted.x",
                "security.capability"));
    assertThat(set.extendedAttributes()).containsOnlyKeys("user.a", "system.posix_acl_access");
    assertThat(settable.of(facts(FileType.CHARACTER_DEVICE, 0600, 1000, 1000))).isEmpty();
    assertThat(set(facts(FileType.FIFO, 0600, 1000, 1000)).type()).isEqualTo(FileType.FIFO);
    assertThat(settable.leftOut())
        .contains(
            "left out, because user 1000 may not set them: capabilities of 1 file,"
                + " 2 privileged attributes, 1 device node");
  }

  @Test
  void countsAPathOnceThoughAskedAgain() {
    Facts wanted = facts(FileType.FILE, 0644, 0, 0);
    Optional<Facts> first = settable.of(RelativePath.of("a"), wanted);
    assertThat(settable.of(RelativePath.of("a"), wanted)).isEqualTo(first);
    settable.of(RelativePath.of("b"), wanted);
    assertThat(settable.leftOut().orElseThrow()).endsWith("owner or group of 2 entries");
  }

  @Test
  void knowsWhatThisProcessMayDo() {
    Programs.needRoot();
    Privileges present = Privileges.of(Trees.DISK);
    assertThat(present.uid()).isZero();
    assertThat(present.mayChown()).isTrue();
    assertThat(present.maySetGroup(12345)).isTrue();
  }

  private Facts set(Facts wanted) {
    return settable.of(wanted).orElseThrow();
  }

  private static Facts facts(FileType type, int mode, int uid, int gid, String... attributes) {
    SortedMap<String, ByteString> values = new TreeMap<>();
    for (String attribute : attributes) {
      values.put(attribute, ByteString.of(new byte[] {1}));
    }
    return new Facts(type, mode, uid, gid, 0, Instant.EPOCH, null, null, null, 0, values);
  }
}
