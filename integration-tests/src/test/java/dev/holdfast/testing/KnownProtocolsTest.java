package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.testing.Fault.Damage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The simulator must catch protocols known to be wrong, and must not blame those known right. */
final class KnownProtocolsTest {
  private static final AbsolutePath FOLDER = AbsolutePath.of("/srv");
  private static final EntryName LIVE = EntryName.of("live");
  private static final EntryName TEMPORARY = EntryName.of("live.tmp");
  private static final byte[] OLD = bytes('o', 3000);
  private static final byte[] NEW = bytes('n', 5000);

  /** One way to replace the contents of a file. */
  private interface Protocol {
    void replace(Directory folder) throws DiskException;
  }

  @Test
  void renameWithoutAnySyncTearsContents() throws DiskException {
    assertThat(violations(folder -> writeAndRename(folder, false, false))).contains("torn");
  }

  @Test
  void renameWithoutDirectorySyncLosesWhatWasAcknowledged() throws DiskException {
    assertThat(violations(folder -> writeAndRename(folder, true, false))).containsExactly("lost");
  }

  @Test
  void renameWithBothSyncsIsAtomicAndDurable() throws DiskException {
    assertThat(violations(folder -> writeAndRename(folder, true, true))).isEmpty();
  }

  @Test
  void directorySyncWithoutFileSyncTearsContents() throws DiskException {
    assertThat(violations(folder -> writeAndRename(folder, false, true))).containsExactly("torn");
  }

  @Test
  void fileSystemSyncBeforeAndAfterIsAtomicAndDurable() throws DiskException {
    assertThat(
            violations(folder -> {
              try (FileSystemSync barrier = folder.openSync();
                  DiskFile file = folder.create(TEMPORARY, 0600)) {
                file.write(0, ByteBuffer.wrap(NEW));
                barrier.sync();
                folder.renameOver(TEMPORARY, folder, LIVE);
                barrier.sync();
              }
            }))
        .isEmpty();
  }

  @Test
  void writingInPlaceTearsContents() throws DiskException {
    assertThat(
            violations(folder -> {
              try (DiskFile file = folder.openToWrite(LIVE)) {
                file.write(0, ByteBuffer.wrap(NEW));
                file.sync();
              }
            }))
        .contains("torn");
  }

  private static void writeAndRename(Directory folder, boolean syncFile, boolean syncDirectory)
      throws DiskException {
    try (DiskFile file = folder.create(TEMPORARY, 0600)) {
      file.write(0, ByteBuffer.wrap(NEW));
      if (syncFile) {
        file.sync();
      }
    }
    folder.renameOver(TEMPORARY, folder, LIVE);
    if (syncDirectory) {
      folder.sync();
    }
  }

  @Test
  void failedSyncRetriedAndBelievedIsCaught() throws DiskException {
    SimulatedDisk disk = prepared();
    disk.plan(FaultPlan.atBarrier(1, new Fault(DiskError.IO, Damage.LOST_PAGES, 0)));
    try (Directory folder = disk.openDirectory(FOLDER);
        DiskFile file = folder.create(TEMPORARY, 0600)) {
      file.write(0, ByteBuffer.wrap(NEW));
      try {
        file.sync();
      } catch (DiskException e) {
        assertThat(e.error()).isEqualTo(DiskError.IO);
        file.sync(); // reports success
      }
      folder.renameOver(TEMPORARY, folder, LIVE);
      folder.sync();
    }
    assertThat(contents(disk)).as("the cache lies").isEqualTo(NEW);
    SimulatedDisk after = disk.powerCut(new PowerCut(PowerCut.Mode.ALL, 0));
    assertThat(contents(after)).as("the disk does not").isEqualTo(new byte[NEW.length]);
  }

  /** Crashes at each step in every way; returns what was found wrong. */
  private static Set<String> violations(Protocol protocol) throws DiskException {
    SimulatedDisk disk = prepared();
    History history = disk.record();
    try (Directory folder = disk.openDirectory(FOLDER)) {
      protocol.replace(folder);
    }
    disk.note("acknowledged");
    assertThat(disk.openHandles()).isEmpty();
    Set<String> found = new TreeSet<>();
    for (CrashPlan plan : history.plans(PowerCut.variety(1, 20))) {
      byte[] left = contents(history.after(plan));
      boolean acknowledged = !history.notesBefore(plan).isEmpty();
      if (!Arrays.equals(left, OLD) && !Arrays.equals(left, NEW)) {
        found.add("torn");
      } else if (acknowledged && !Arrays.equals(left, NEW)) {
        found.add("lost");
      }
    }
    return found;
  }

  private static SimulatedDisk prepared() throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();
    try (Directory folder = disk.openDirectory(FOLDER);
        DiskFile file = folder.create(LIVE, 0644)) {
      file.write(0, ByteBuffer.wrap(OLD));
    }
    disk.settle();
    return disk;
  }

  private static byte[] contents(SimulatedDisk disk) throws DiskException {
    try (Directory folder = disk.openDirectory(FOLDER);
        DiskFile file = folder.openToRead(LIVE)) {
      ByteBuffer buffer = ByteBuffer.allocate((int) file.size());
      file.read(0, buffer);
      return buffer.array();
    }
  }

  private static byte[] bytes(char c, int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) c);
    return bytes;
  }
}
