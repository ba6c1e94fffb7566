package dev.holdfast.journal.h2;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A journal in a folder of the real disk. */
final class JournalFixture {
  static final Limits SMALL = new Limits(64 << 10, Duration.ofMillis(200));

  static final Limits PATIENT = new Limits(64 << 10, Duration.ofMinutes(1));

  final Random random = new Random(4711);
  final Path state;
  final AbsolutePath directory;

  JournalFixture(Path temporary) {
    this.state = temporary.resolve("state");
    this.directory = AbsolutePath.of(state.toString());
  }

  /** Opens the journal as another process would. */
  H2Journal open() throws IOException {
    return open(LinuxDisk.create());
  }

  H2Journal open(Disk disk) throws IOException {
    return open(disk, SMALL);
  }

  H2Journal open(Disk disk, Limits limits) throws IOException {
    return H2Journal.open(
        disk,
        directory,
        limits,
        InstantSource.fixed(Instant.parse("2026-11-22T09:00:00Z")),
        new SecureRandom());
  }

  TransactionRecord begin(JournalWriter writer, String message) throws IOException {
    return writer.begin(Samples.beginning(random, message));
  }

  TransactionRecord decide(JournalWriter writer, TransactionRecord record) throws IOException {
    return writer.decide(Samples.plan(record, writer.journal(), 3, random));
  }

  TransactionRecord apply(JournalWriter writer, TransactionRecord record) throws IOException {
    return writer.advance(record.sequence(), TransactionState.APPLIED, Samples.outcome(null));
  }

  /** Takes a transaction from its beginning to its end. */
  TransactionRecord run(JournalWriter writer, String message) throws IOException {
    return apply(writer, decide(writer, begin(writer, message)));
  }

  /** Runs {@code count} transactions, each in a moment of its own. */
  void run(H2Journal journal, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      try (JournalWriter writer = journal.write()) {
        run(writer, "transaction " + i);
      }
    }
  }

  static List<TransactionRecord> all(JournalView view) throws IOException {
    List<TransactionRecord> all = new ArrayList<>();
    try {
      view.newestFirst().forEachRemaining(all::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return all;
  }

  /** Returns where an epoch's file is. */
  Path epoch(int number) {
    return state.resolve("journal").resolve("epoch-%06d".formatted(number));
  }
}
