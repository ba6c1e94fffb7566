package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileLock;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What H2 may do with its file, and what it may not. */
final class ChecksummedFileTest {
  private RecordedFile device;
  private EpochFile epoch;
  private ChecksummedFile file;

  @BeforeEach
  void createEpoch() throws IOException {
    device = new RecordedFile(new byte[0]);
    UUID journal = new UUID(1, 2);
    epoch =
        EpochFile.create(device, "test", new EpochLabel(EpochLabel.FORMAT, 1, journal, 3, 4, 0, 0));
    EpochStore store = EpochStore.create(epoch, Chain.EMPTY);
    store.add(new JournalRecord.Epoch(journal, 1, Instant.EPOCH, 0, null, Sequences.NONE));
    store.commit();
    file = new ChecksummedFile(epoch, true);
  }

  private void isRefused(ByteBuffer bytes, long position) {
    byte[] before = device.contents();
    assertThatIOException().isThrownBy(() -> file.write(bytes, position));
    assertThat(device.contents()).isEqualTo(before);
  }

  @Test
  void onlyAWholeChunkAtTheEndIsWritten() throws IOException {
    long end = epoch.length();
    ByteBuffer chunk = ByteBuffer.allocate((int) end - EpochFile.HEADER);
    epoch.read(EpochFile.HEADER, chunk);
    isRefused(chunk.flip().duplicate(), end); // has the wrong id
    isRefused(ByteBuffer.allocate(EpochFile.BLOCK), end);
    isRefused(ByteBuffer.allocate(100), end);
    isRefused(chunk.duplicate(), EpochFile.HEADER);
    isRefused(chunk.duplicate(), end + EpochFile.BLOCK);
    isRefused(ByteBuffer.allocate(EpochFile.BLOCK), 0);
  }

  @Test
  void aSecondHeaderIsDropped() throws IOException {
    byte[] before = device.contents();
    assertThat(file.write(ByteBuffer.allocate(EpochFile.HEADER), 0)).isEqualTo(EpochFile.HEADER);
    assertThat(device.contents()).isEqualTo(before);
  }

  @Test
  void nothingIsCutOff() {
    assertThatIOException().isThrownBy(() -> file.truncate(EpochFile.HEADER));
  }

  @Test
  void readersWriteNothing() {
    ChecksummedFile reader = new ChecksummedFile(epoch, false);
    assertThatIOException()
        .isThrownBy(() -> reader.write(ByteBuffer.allocate(EpochFile.HEADER), 0));
  }

  @Test
  void thereIsNothingAfterTheLastWholeChunk() throws IOException {
    device.write(epoch.length(), ByteBuffer.allocate(5000));
    assertThat(file.size()).isEqualTo(epoch.length());
    assertThat(file.read(ByteBuffer.allocate(10), epoch.length())).isEqualTo(-1);
    assertThat(file.read(ByteBuffer.allocate(10), epoch.length() - 4)).isEqualTo(4);
  }

  @Test
  void theLockIsADummyAndForceWaitsForNothing() throws IOException {
    int calls = device.calls();
    try (FileLock one = file.tryLock();
        FileLock other = file.tryLock()) {
      assertThat(one.isValid()).isTrue();
      assertThat(other.isValid()).isTrue();
    }
    file.force(true);
    assertThat(device.calls()).isEqualTo(calls);
  }
}
