package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A byte that changes anywhere in the journal's file is noticed or makes no difference. What no
 * later record knows to have been durable may be taken for torn; then it is gone as a whole, as
 * after a crash.
 */
final class DamageTest {
  private static final int STEP = Integer.getInteger("holdfast.damage.step", 37);

  @TempDir private Path temporary;

  /** All that can be read from a journal. */
  private record Contents(
      ChainHead head,
      List<TransactionRecord> unfinished,
      List<TransactionRecord> all,
      List<Optional<Plan>> plans) {}

  private static Contents read(H2Journal journal) throws IOException {
    try (JournalView view = journal.read()) {
      List<Optional<Plan>> plans = new ArrayList<>();
      for (long sequence = 1; sequence <= view.lastSequence(); sequence++) {
        plans.add(view.plan(sequence));
      }
      return new Contents(view.head(), view.unfinished(), JournalFixture.all(view), plans);
    }
  }

  @Test
  void aChangedByteIsNoticedOrMakesNoDifference() throws IOException {
    JournalFixture fixture = new JournalFixture(temporary);
    List<Contents> earlier = new ArrayList<>();
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory)) {
      for (int i = 0; i < 6; i++) {
        try (JournalWriter writer = journal.write()) {
          TransactionRecord record = fixture.begin(writer, "transaction " + i);
          if (i % 3 != 2) {
            fixture.decide(writer, record);
            writer.force();
          }
          if (i % 3 == 0) {
            fixture.apply(writer, record);
          }
        }
        if (i == 4) {
          earlier.add(read(journal));
        }
      }
      earlier.add(read(journal));
    }
    Contents whole = earlier.removeLast();
    byte[] bytes = Files.readAllBytes(fixture.epoch(1));
    long durable = lastKnownDurable(fixture);
    int noticed = 0;
    for (int i = 0; i < bytes.length; i += STEP) {
      try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory)) {
        byte[] changed = bytes.clone();
        changed[i] ^= (byte) (1 << i % 8);
        Files.write(fixture.epoch(1), changed);
        try {
          Contents found = read(journal);
          if (!found.equals(whole)) {
            assertThat((long) i).isGreaterThanOrEqualTo(durable);
            assertThat(earlier).as("byte %d", i).contains(found);
          }
        } catch (JournalException e) {
          assertThat(e.reason()).as("byte %d", i).isEqualTo(Reason.DAMAGED);
          noticed++;
        }
        boolean verified = true;
        try {
          ChainVerifier.verify(journal, List.of(whole.head()));
        } catch (JournalException e) {
          assertThat(e.reason()).as("byte %d", i).isEqualTo(Reason.DAMAGED);
          verified = false;
        }
        assertThat(verified).as("byte %d", i).isEqualTo(i < EpochFile.HEADER);
      }
    }
    assertThat(noticed).isPositive();
  }

  private static long lastKnownDurable(JournalFixture fixture) throws IOException {
    try (var directory =
            LinuxDisk.create().openDirectory(fixture.directory.resolve(EntryName.of("journal")));
        var file = directory.openToRead(EntryName.of("epoch-000001"))) {
      return EpochFile.open(file, "test").last().orElseThrow().durable();
    }
  }
}
