package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class MountInfoTest {
  private static final byte[] MOUNTS =
      """
      22 27 0:21 / /proc rw,relatime - proc proc rw
      36 35 98:0 /mnt1 /mnt\\0402\\134x\\012 ro,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue
      37 35 98:0 / /a rw - xfs /dev/sd\\040a rw,ro
      136 35 98:0 / /b rw - btrfs none rw,subvol=/ro
      """
          .getBytes(StandardCharsets.UTF_8);

  @Test
  void findsTheMountWithTheId() {
    assertThat(MountInfo.find(MOUNTS, 22))
        .hasValue(new MountInfo("proc", "proc", "rw,relatime,rw", "/proc"));
    assertThat(MountInfo.find(MOUNTS, 136)).map(MountInfo::type).hasValue("btrfs");
    assertThat(MountInfo.find(MOUNTS, 6)).isEmpty();
  }

  @Test
  void skipsOptionalFieldsAndShowsOddNames() {
    MountInfo mount = MountInfo.find(MOUNTS, 36).orElseThrow();

    assertThat(mount.type()).isEqualTo("ext3");
    assertThat(mount.mountPoint()).isEqualTo("\"/mnt 2\\\\x\\n\"");
    assertThat(mount.options()).isEqualTo("ro,noatime,rw,errors=continue");
  }

  @Test
  void isReadOnlyIfTheMountOrTheSuperBlockIs() {
    assertThat(MountInfo.find(MOUNTS, 36).orElseThrow().isReadOnly()).isTrue();
    assertThat(MountInfo.find(MOUNTS, 37).orElseThrow().isReadOnly()).isTrue();
    assertThat(MountInfo.find(MOUNTS, 136).orElseThrow().isReadOnly()).isFalse();
  }
}
