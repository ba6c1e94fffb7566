package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalOnDiskTest {
  @TempDir Path temporary;

  @Test
  void aTransactionGoesFromItsBeginningToItsEnd() throws Exception {
    Random random = new Random(1);
    AbsolutePath directory = AbsolutePath.of(temporary.resolve("state").toString());
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), directory)) {
      TransactionRecord record;
      Plan plan;
      try (JournalWriter writer = journal.write()) {
        record = writer.begin(Samples.beginning(random, "first"));
        plan = Samples.plan(record, journal.id(), 10, random);
        writer.decide(plan);
        writer.force();
      }
      try (JournalView view = journal.read()) {
        assertThat(view.unfinished()).hasSize(1);
        assertThat(view.find(1).orElseThrow().state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(view.plan(1)).contains(plan);
      }
      try (JournalWriter writer = journal.write()) {
        writer.advance(1, TransactionState.APPLIED, Samples.outcome(null));
      }
      try (JournalView view = journal.read()) {
        assertThat(view.unfinished()).isEmpty();
        assertThat(view.find(record.id()).orElseThrow().state())
            .isEqualTo(TransactionState.APPLIED);
      }
    }
  }
}
