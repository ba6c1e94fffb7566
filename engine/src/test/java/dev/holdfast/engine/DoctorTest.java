package dev.holdfast.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.Diagnosis.Check;
import dev.holdfast.engine.Diagnosis.Grade;
import dev.holdfast.engine.MountLevel.Journaling;
import dev.holdfast.journal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the doctor says, and that it leaves nothing behind. */
class DoctorTest {
  @TempDir Path folder;
  private Path place;
  private Path live;
  private Holdfast holdfast;

  @BeforeEach
  void open() throws IOException {
    place = Files.createDirectory(folder.resolve("place"));
    live = Files.createDirectory(place.resolve("live"));
    Files.writeString(live.resolve("a"), "a");
    holdfast = Holdfast.open(folder.resolve("state"));
  }

  @AfterEach
  void close() {
    holdfast.close();
  }

  private Diagnosis diagnose(Path path) throws IOException {
    return holdfast.diagnose(AbsolutePath.of(path.toString()));
  }

  private static Check check(Diagnosis diagnosis, String name) {
    return diagnosis.checks().stream()
        .filter(check -> check.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + diagnosis));
  }

  @Test
  void triesWhatUpdatesNeedAndLeavesNothingBehind() throws IOException {
    Map<RelativePath, String> before = TreeState.of(place);

    Diagnosis diagnosis = diagnose(live);

    assertThat(TreeState.of(place)).isEqualTo(before);
    assertThat(diagnosis.level()).isIn("L1", "L2");
    for (String name :
        new String[] {
          "exchange", "rename without replacing", "locks", "directory sync", "barrier"
        }) {
      assertThat(check(diagnosis, name).grade()).as(name).isEqualTo(Grade.GOOD);
    }
    assertThat(check(diagnosis, "control directory").text())
        .startsWith(place.resolve(".holdfast/live") + ", beside the root");
  }

  @Test
  void triesInTheControlDirectoryOfARoot() throws IOException {
    holdfast.root(live);
    Map<RelativePath, String> before = TreeState.of(place);

    Diagnosis diagnosis = diagnose(live);

    assertThat(TreeState.of(place)).isEqualTo(before);
    assertThat(check(diagnosis, "control directory").text()).contains("it does not move");
  }

  @Test
  void saysWhyTheControlDirectoryWouldBeInside() throws IOException {
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(check(diagnose(live), "control directory").text())
        .contains(live.resolve(".holdfast").toString(), "others may write in " + place);
    assertThat(live.resolve(".holdfast")).doesNotExist();
  }

  @Test
  void saysWhatARootThatIsNotThereYetWouldGet() throws IOException {
    Diagnosis diagnosis = diagnose(place.resolve("new"));
    assertThat(diagnosis.level()).isIn("L1", "L2");
    assertThat(place.resolve("new")).doesNotExist();
  }

  @Test
  void saysThatNothingInMemorySurvives() throws IOException {
    assumeTrue(
        Files.isWritable(Path.of("/dev/shm"))
            && Files.getFileStore(Path.of("/dev/shm")).type().equals("tmpfs"),
        "needs a tmpfs");
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "holdfast");
    try {
      Diagnosis diagnosis = diagnose(memory);
      assertThat(diagnosis.level()).isEqualTo("L1");
      assertThat(diagnosis.levelText()).contains("killed processes only");
    } finally {
      Files.delete(memory);
    }
  }

  @Test
  void namesRootsThatRecoveryNeeds() {
    assertThat(SelfHosting.of(LinuxDisk.create(), AbsolutePath.of("/usr"))).isPresent();
    assertThat(SelfHosting.of(LinuxDisk.create(), AbsolutePath.of(System.getProperty("java.home"))))
        .isPresent();
    assertThat(SelfHosting.of(LinuxDisk.create(), AbsolutePath.of(live.toString()))).isEmpty();
  }

  @Test
  void putsTheLevelOnRecord() throws IOException {
    Root root = holdfast.root(live);
    try (Transaction tx = holdfast.begin(Options.message("test"), root)) {
      tx.write(root, "a", "new".getBytes(UTF_8));
      tx.commit();
    }
    Outcome outcome = Objects.requireNonNull(CrashedRoot.record(holdfast, 1).outcome());
    assertThat(outcome.level()).isEqualTo(diagnose(live).level());
    assertThat(outcome.level()).isEqualTo(holdfast.status().roots().getFirst().level());
  }

  // ---- levels ----------------------------------------------------------------------------------

  private static MountLevel level(String type, String options, Journaling journaling) {
    return MountLevel.of(
        new FileSystemFacts("id", type, options, "/", 1L << 30, 1L << 20, false), journaling);
  }

  @Test
  void givesTheGateToFileSystemsThatKeepTheirOrder() {
    assertThat(level("ext4", "rw,relatime", Journaling.YES).level()).isEqualTo("L2");
    assertThat(level("xfs", "rw", Journaling.YES).level()).isEqualTo("L2");
    assertThat(level("btrfs", "rw", Journaling.YES).level()).isEqualTo("L2");
    MountLevel unknown = level("ext4", "rw", Journaling.UNKNOWN);
    assertThat(unknown.level()).isEqualTo("L2");
    assertThat(unknown.text()).contains("not known");
  }

  @Test
  void overstatesNoOther() {
    assertThat(level("ext4", "rw", Journaling.NO).level()).isEqualTo("L1");
    assertThat(level("ext4", "rw,nobarrier", Journaling.YES).level()).isEqualTo("L1");
    assertThat(level("ext2", "rw", Journaling.NO).level()).isEqualTo("L1");
    assertThat(level("vfat", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("nfs4", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("fuse.sshfs", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("overlay", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("tmpfs", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("newfs", "rw", Journaling.UNKNOWN).level()).isEqualTo("L1");
    assertThat(level("nfs", "rw", Journaling.UNKNOWN).text()).contains("killed processes only");
  }
}
