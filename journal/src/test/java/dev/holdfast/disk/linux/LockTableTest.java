package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockTableTest {
  private static final EntryName LOCK = EntryName.of("lock");

  @TempDir Path folder;

  @Test
  void seesPosixLocksWhichFlockDoesNot() throws Exception {
    Path path = Files.createFile(folder.resolve("lock"));
    try (Directory directory =
            LinuxDisk.create().openDirectory(AbsolutePath.of(folder.toString()));
        RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      assertThat(directory.isLocked(LOCK)).isFalse();
      try (FileLock lock = file.getChannel().lock()) {
        assertThat(lock.isValid()).isTrue();
        assertThat(directory.isLocked(LOCK)).isTrue();
      }
      assertThat(directory.isLocked(LOCK)).isFalse();
      assertThat(directory.isLocked(EntryName.of("absent"))).isFalse();
    }
  }
}
