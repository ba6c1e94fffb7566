package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class H2JournalTest {
  @TempDir private Path temporary;
  private JournalFixture fixture;

  @BeforeEach
  void setUp() {
    fixture = new JournalFixture(temporary);
  }

  @AfterEach
  void everythingIsAsTheVerifierWantsIt() throws Exception {
    try (H2Journal journal = fixture.open();
        JournalView view = journal.read()) {
      dev.holdfast.journal.ChainReport report = ChainVerifier.verify(journal, List.of(view.head()));
      assertThat(report.head()).isEqualTo(view.head());
      assertThat(report.transactions()).isEqualTo(view.lastSequence());
    }
  }

  @Test
  void aTransactionGoesFromItsBeginningToItsEnd() throws Exception {
    try (H2Journal journal = fixture.open()) {
      Beginning beginning = Samples.beginning(fixture.random, "first");
      Plan plan;
      try (JournalWriter writer = journal.write()) {
        TransactionRecord begun = writer.begin(beginning);
        assertThat(begun.sequence()).isEqualTo(1);
        assertThat(begun.state()).isEqualTo(TransactionState.ACTIVE);
        plan = Samples.plan(begun, journal.id(), 10, fixture.random);
        TransactionRecord decided = writer.decide(plan);
        assertThat(writer.find(1)).contains(decided);
        assertThat(decided.operations()).isEqualTo(10);
      }
      try (JournalView view = journal.read()) {
        assertThat(view.unfinished()).hasSize(1);
        assertThat(view.find(1).orElseThrow().state()).isEqualTo(TransactionState.COMMITTED);
        assertThat(view.plan(1)).contains(plan);
      }
      TransactionRecord applied;
      try (JournalWriter writer = journal.write()) {
        applied = writer.advance(1, TransactionState.APPLIED, Samples.outcome("why"));
        writer.force();
      }
      try (H2Journal other = fixture.open();
          JournalView view = other.read()) {
        assertThat(other.id()).isEqualTo(journal.id());
        assertThat(view.journal()).isEqualTo(journal.id());
        assertThat(view.unfinished()).isEmpty();
        assertThat(view.lastSequence()).isEqualTo(1);
        assertThat(view.find(beginning.id())).contains(applied);
        assertThat(view.find(1).orElseThrow().beginning()).isEqualTo(beginning);
        assertThat(view.head().records()).isEqualTo(4);
      }
    }
  }

  @Test
  void anEmptyJournalHasNothing() throws Exception {
    try (H2Journal journal = fixture.open();
        JournalView view = journal.read()) {
      assertThat(view.lastSequence()).isZero();
      assertThat(view.unfinished()).isEmpty();
      assertThat(view.find(0)).isEmpty();
      assertThat(view.find(1)).isEmpty();
      assertThat(view.find(Samples.id(fixture.random))).isEmpty();
      assertThat(view.plan(1)).isEmpty();
      assertThat(view.newestFirst()).isExhausted();
    }
  }

  @Test
  void aStateThatCannotFollowIsRefusedAndNothingIsWritten() throws Exception {
    try (H2Journal journal = fixture.open();
        JournalWriter writer = journal.write()) {
      TransactionRecord record = fixture.begin(writer, "x");
      assertThatIllegalStateException()
          .isThrownBy(() -> writer.advance(1, TransactionState.APPLIED, Samples.outcome(null)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.advance(1, TransactionState.COMMITTED, Samples.outcome(null)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.advance(2, TransactionState.APPLIED, Samples.outcome(null)));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writer.decide(Samples.plan(record, new UUID(1, 1), 1, fixture.random)));
      assertThatIllegalStateException().isThrownBy(() -> writer.prune(List.of(1L)));
      assertThat(writer.head().records()).isEqualTo(2);
      assertThat(writer.find(1)).contains(record);
      fixture.apply(writer, fixture.decide(writer, record));
      assertThatIllegalArgumentException().isThrownBy(() -> writer.begin(record.beginning()));
    }
  }

  @Test
  void prunedTransactionsSaySo() throws Exception {
    try (H2Journal journal = fixture.open()) {
      fixture.run(journal, 60);
      try (JournalWriter writer = journal.write()) {
        writer.prune(List.of(3L, 1L));
        writer.prune(List.of(2L, 1L, 40L));
        assertThat(writer.find(1).orElseThrow().pruned()).isTrue();
      }
      fixture.run(journal, 60);
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view).stream().filter(TransactionRecord::pruned))
            .extracting(TransactionRecord::sequence)
            .containsExactly(40L, 3L, 2L, 1L);
      }
    }
    assertThat(fixture.epoch(2)).exists();
  }

  @Test
  void historyReachesBackThroughAllEpochs() throws Exception {
    List<TransactionRecord> expected = new ArrayList<>();
    Plan plan;
    try (H2Journal journal = fixture.open()) {
      try (JournalWriter writer = journal.write()) {
        TransactionRecord record = fixture.begin(writer, "first");
        plan = Samples.plan(record, journal.id(), 5, fixture.random);
        writer.decide(plan);
        expected.addFirst(fixture.apply(writer, record));
      }
      for (int i = 0; i < 150; i++) {
        try (JournalWriter writer = journal.write()) {
          expected.addFirst(fixture.run(writer, "transaction " + i));
        }
      }
    }
    assertThat(fixture.epoch(10)).exists();
    try (H2Journal journal = fixture.open();
        JournalView view = journal.read()) {
      assertThat(JournalFixture.all(view)).isEqualTo(expected);
      assertThat(view.plan(1)).contains(plan);
      for (TransactionRecord record : expected) {
        assertThat(view.find(record.id())).contains(record);
        assertThat(view.find(record.sequence())).contains(record);
      }
    }
  }

  @Test
  void whatHasNotEndedIsCarriedIntoEveryNewEpoch() throws Exception {
    Plan plan;
    TransactionRecord active;
    TransactionRecord doubtful;
    try (H2Journal journal = fixture.open()) {
      try (JournalWriter writer = journal.write()) {
        active = fixture.begin(writer, "active");
        TransactionRecord record = fixture.begin(writer, "doubtful");
        plan = Samples.plan(record, journal.id(), 100, fixture.random);
        writer.decide(plan);
        doubtful =
            writer.advance(
                record.sequence(), TransactionState.IN_DOUBT, Samples.outcome("who knows"));
      }
      fixture.run(journal, 80);
    }
    assertThat(fixture.epoch(5)).exists();
    try (H2Journal journal = fixture.open()) {
      try (JournalView view = journal.read()) {
        assertThat(view.unfinished()).containsExactly(active, doubtful);
        assertThat(view.plan(doubtful.sequence())).contains(plan);
        assertThat(view.find(active.id())).contains(active);
      }
      TransactionRecord resolved;
      try (JournalWriter writer = journal.write()) {
        resolved =
            writer.advance(
                doubtful.sequence(), TransactionState.APPLIED, Samples.outcome("resolved"));
      }
      fixture.run(journal, 80);
      try (JournalView view = journal.read()) {
        assertThat(view.unfinished()).containsExactly(active);
        assertThat(view.find(doubtful.sequence())).contains(resolved);
        assertThat(view.plan(doubtful.sequence())).contains(plan);
        assertThat(JournalFixture.all(view)).hasSize(162).contains(resolved, active);
      }
    }
  }

  @Test
  void aReaderKeepsWhatItSawWhileTheWriterGoesOn() throws Exception {
    try (H2Journal journal = fixture.open()) {
      fixture.run(journal, 3);
      try (JournalView before = journal.read();
          JournalWriter writer = journal.write()) {
        TransactionRecord record = fixture.run(writer, "later");
        assertThat(before.lastSequence()).isEqualTo(3);
        assertThat(JournalFixture.all(before)).hasSize(3);
        try (JournalView after = journal.read()) {
          assertThat(after.find(4)).contains(record);
        }
      }
    }
  }

  @Test
  void journalsOfOneDirectoryTakeTurns() throws Exception {
    try (H2Journal one = fixture.open();
        H2Journal other = fixture.open()) {
      for (int i = 0; i < 50; i++) {
        fixture.run(i % 3 == 0 ? one : other, 1);
      }
      try (JournalWriter _ = one.write()) {
        assertThatExceptionOfType(JournalException.class)
            .isThrownBy(other::write)
            .withMessageContaining("process " + ProcessHandle.current().pid())
            .extracting(JournalException::reason)
            .isEqualTo(Reason.BUSY);
        assertThatIllegalStateException().isThrownBy(one::write);
      }
      try (JournalView view = other.read()) {
        assertThat(JournalFixture.all(view)).hasSize(50);
      }
    }
  }

  @Test
  void threadsTakeTurns() throws Exception {
    try (H2Journal journal = H2Journal.open(LinuxDisk.create(), fixture.directory)) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    new JournalFixture(temporary).run(journal, 20);
                  } catch (Exception | Error e) {
                    synchronized (failures) {
                      failures.add(e);
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(80);
      }
    }
  }

  @Test
  void aCachedJournalIsUsedAgainAndASmallTransactionIsSmall() throws Exception {
    List<String> opened = new ArrayList<>();
    var disk =
        HookedDisk.of(
            LinuxDisk.create(),
            (method, name) -> {
              if (method.equals("sync") && name.startsWith("epoch")) {
                opened.add(name);
              }
            });
    try (H2Journal journal = H2Journal.open(disk, fixture.directory)) {
      fixture.run(journal, 1);
      opened.clear();
      long before = Files.size(fixture.epoch(1));
      fixture.run(journal, 50);
      assertThat(opened).isEmpty();
      assertThat((Files.size(fixture.epoch(1)) - before) / 50).isLessThan(16_000);
    }
  }

  @Test
  void aLargePlanIsWrittenOnce() throws Exception {
    Limits one = new Limits(Long.MAX_VALUE, Duration.ofSeconds(1));
    try (H2Journal journal = fixture.open(LinuxDisk.create(), one)) {
      long plans = 0;
      int commits = 0;
      for (int before = 0; before < 40; before++) {
        try (JournalWriter writer = journal.write()) {
          for (int i = 0; i < before % 13; i++, commits++) {
            fixture.begin(writer, "");
          }
          TransactionRecord record = fixture.begin(writer, "large");
          Plan plan = Samples.plan(record, journal.id(), 1000, fixture.random);
          int length = PlanCodec.encode(plan).length;
          long start = Files.size(fixture.epoch(1));
          writer.decide(plan);
          long decided = Files.size(fixture.epoch(1));
          fixture.apply(writer, record);
          assertThat(decided - start).isBetween((long) length, length + 40_000L);
          plans += length;
          commits += 3;
        }
      }
      long rest = Files.size(fixture.epoch(1)) - plans;
      assertThat(rest / commits).isLessThan(9_000);
    }
  }

  @Test
  void whatIsCarriedDoesNotMakeAnEpochFull() throws Exception {
    try (H2Journal journal = fixture.open()) {
      try (JournalWriter writer = journal.write()) {
        TransactionRecord record = fixture.begin(writer, "large");
        writer.decide(Samples.plan(record, journal.id(), 3000, fixture.random));
        writer.advance(1, TransactionState.IN_DOUBT, Samples.outcome(null));
      }
      fixture.run(journal, 1);
      assertThat(fixture.epoch(2)).exists();
      fixture.run(journal, 2);
      assertThat(fixture.epoch(3)).doesNotExist();
    }
    try (H2Journal journal = fixture.open()) {
      fixture.run(journal, 1);
      assertThat(fixture.epoch(3)).doesNotExist();
      fixture.run(journal, 10);
      assertThat(fixture.epoch(3)).exists();
    }
  }

  @Test
  void aWriterThatFailedIsNotReadFrom() throws Exception {
    boolean[] fails = {false};
    var disk =
        HookedDisk.of(
            LinuxDisk.create(),
            (method, name) -> {
              if (fails[0] && method.equals("write") && name.startsWith("epoch")) {
                throw new DiskException(DiskError.IO, "write", name);
              }
            });
    try (H2Journal journal = fixture.open(disk);
        JournalWriter writer = journal.write()) {
      TransactionRecord record = fixture.begin(writer, "x");
      fails[0] = true;
      assertThatExceptionOfType(DiskException.class)
          .isThrownBy(() -> fixture.decide(writer, record));
      fails[0] = false;
      assertThatExceptionOfType(JournalException.class)
          .isThrownBy(() -> writer.find(1))
          .extracting(JournalException::reason)
          .isEqualTo(Reason.FAILED);
      assertThatExceptionOfType(JournalException.class).isThrownBy(writer::head);
      assertThat(fixture.state.resolve("suspect")).exists();
    }
  }

  @Test
  void afterAFailedSyncNothingIsBelievedButWhatTheDeviceHas() throws Exception {
    boolean[] fails = {false};
    var disk =
        HookedDisk.of(
            LinuxDisk.create(),
            (method, name) -> {
              if (fails[0] && method.equals("sync") && name.equals("epoch-000001")) {
                fails[0] = false;
                throw new DiskException(DiskError.IO, "sync", name);
              }
            });
    try (H2Journal journal = fixture.open(disk)) {
      fixture.run(journal, 2);
      try (JournalWriter writer = journal.write()) {
        TransactionRecord record = fixture.begin(writer, "unlucky");
        fails[0] = true;
        assertThatExceptionOfType(JournalException.class)
            .isThrownBy(writer::force)
            .extracting(JournalException::reason)
            .isEqualTo(Reason.FAILED);
        assertThatExceptionOfType(JournalException.class)
            .isThrownBy(writer::force)
            .extracting(JournalException::reason)
            .isEqualTo(Reason.FAILED);
        assertThatExceptionOfType(JournalException.class)
            .isThrownBy(() -> fixture.decide(writer, record));
      }
      assertThat(fixture.state.resolve("suspect")).exists();
      assertThat(fixture.epoch(2)).doesNotExist();
      try (JournalView view = journal.read()) {
        assertThat(view.lastSequence()).isEqualTo(3);
      }
      fixture.run(journal, 1);
      assertThat(fixture.state.resolve("suspect")).doesNotExist();
      assertThat(fixture.epoch(2)).exists();
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(4);
        assertThat(view.unfinished()).hasSize(1);
      }
    }
  }

  @Test
  void aFullDiskIsReportedAndTheJournalGoesOnOnceThereIsRoom() throws Exception {
    boolean[] full = {false};
    var disk =
        HookedDisk.of(
            LinuxDisk.create(),
            (method, name) -> {
              if (full[0] && method.equals("write") && name.startsWith("epoch")) {
                throw new DiskException(DiskError.NO_SPACE, "write", name);
              }
            });
    try (H2Journal journal = fixture.open(disk)) {
      fixture.run(journal, 2);
      full[0] = true;
      try (JournalWriter writer = journal.write()) {
        assertThatExceptionOfType(DiskException.class)
            .isThrownBy(() -> fixture.begin(writer, "too much"))
            .extracting(DiskException::error)
            .isEqualTo(DiskError.NO_SPACE);
        assertThatExceptionOfType(JournalException.class)
            .isThrownBy(() -> fixture.begin(writer, "again"))
            .extracting(JournalException::reason)
            .isEqualTo(Reason.FAILED);
      }
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(2);
      }
      full[0] = false;
      fixture.run(journal, 1);
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(3);
      }
    }
    assertThat(fixture.state.resolve("suspect")).doesNotExist();
    assertThat(fixture.epoch(2)).doesNotExist();
  }

  @Test
  void aTornTailIsLeftAloneAndANewEpochBegins() throws Exception {
    try (H2Journal journal = fixture.open()) {
      fixture.run(journal, 2);
      Files.write(fixture.epoch(1), new byte[5000], StandardOpenOption.APPEND);
      long torn = Files.size(fixture.epoch(1));
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(2);
      }
      fixture.run(journal, 1);
      assertThat(Files.size(fixture.epoch(1))).isEqualTo(torn);
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(3);
      }
    }
    assertThat(fixture.epoch(2)).exists();
  }

  @Test
  void anInterruptedThreadWritesAllTheSame() throws Exception {
    try (H2Journal journal = fixture.open()) {
      Thread.currentThread().interrupt();
      fixture.run(journal, 3);
      try (JournalWriter writer = journal.write()) {
        writer.force();
      }
      assertThat(Thread.interrupted()).isTrue();
      try (JournalView view = journal.read()) {
        assertThat(JournalFixture.all(view)).hasSize(3);
      }
    }
  }

  @Test
  void aClosedJournalSaysSo() throws Exception {
    H2Journal journal = fixture.open();
    JournalWriter writer = journal.write();
    writer.close();
    assertThatIllegalStateException().isThrownBy(writer::force);
    journal.close();
    journal.close();
    assertThatIllegalStateException().isThrownBy(journal::read);
    assertThatIllegalStateException().isThrownBy(journal::write);
  }
}
