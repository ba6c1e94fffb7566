package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.PlanCodec;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The recipe of one file, at every kind of crash: what H2 alone does not survive. */
final class EpochCrashTest {
  private static final UUID JOURNAL = new UUID(1, 2);
  private static final int COMMITS = 30;
  private static final int IMAGES_PER_RUN = 100;
  private static final int RUNS = Integer.getInteger("holdfast.crash.runs", 30);

  /** What was written up to some call on the file. */
  private record Moment(int calls, int records, boolean forced) {}

  /** A run of commits into one file, and what it wrote. */
  private static final class Run {
    final Random random;
    final RecordedFile file;
    final List<byte[]> plans = new ArrayList<>();
    final List<JournalRecord> records = new ArrayList<>();
    final List<Moment> moments = new ArrayList<>();
    final byte[] before;
    final EpochStore store;

    /** Begins an epoch. */
    Run(Random random) throws IOException {
      this.random = random;
      this.before = new byte[0];
      this.file = new RecordedFile(before);
      EpochLabel label = new EpochLabel(EpochLabel.FORMAT, 1, JOURNAL, random.nextLong(), 0, 0, 0);
      EpochFile epoch = EpochFile.create(file, "test", label);
      this.store = EpochStore.create(epoch, Chain.EMPTY);
      add(new JournalRecord.Epoch(JOURNAL, 1, Instant.EPOCH, 0, null, Sequences.NONE), 0);
      store.commit();
      force();
    }

    /** Goes on in a file that somebody else wrote. */
    Run(Random random, byte[] before, Run earlier, int records) throws IOException {
      this.random = random;
      this.before = before;
      this.file = new RecordedFile(before);
      this.records.addAll(earlier.records.subList(0, records));
      this.plans.addAll(earlier.plans.subList(0, records));
      EpochFile.forget(file, "test");
      EpochFile epoch = EpochFile.open(file, "test");
      this.store = EpochStore.open(epoch, true);
      moments.add(new Moment(file.calls(), records, true));
    }

    private void add(JournalRecord record, int planLength) throws IOException {
      records.add(record);
      byte[] plan = new byte[planLength];
      random.nextBytes(plan);
      long number = store.add(record);
      assertThat(number).isEqualTo(records.size());
      plans.add(plan);
      if (planLength > 0) {
        store.addPlan(number, plan);
      }
    }

    private void force() throws IOException {
      store.file().force();
      moments.add(new Moment(file.calls(), records.size(), true));
    }

    /** Commits one to three records at a time, some with a plan, and forces now and then. */
    void commit(int commits) throws IOException {
      for (int i = 0; i < commits; i++) {
        for (int j = random.nextInt(3); j >= 0; j--) {
          long sequence = records.size() + 1L;
          switch (random.nextInt(3)) {
            case 0 ->
                add(new JournalRecord.Begun(sequence, Samples.beginning(random, "message")), 0);
            case 1 -> {
              int length = 1 << random.nextInt(15);
              ContentDigest digest = PlanCodec.digest(new byte[0]);
              add(new JournalRecord.Decided(sequence, 1, length, digest), length);
            }
            default ->
                add(
                    new JournalRecord.Changed(
                        sequence, TransactionState.APPLIED, Samples.outcome(null)),
                    0);
          }
          store.setEntry(sequence, IndexEntry.NONE.withBegun(records.size()));
          store.setUnfinished(sequence, random.nextBoolean());
        }
        store.commit();
        moments.add(new Moment(file.calls(), records.size(), false));
        if (random.nextInt(4) == 0) {
          force();
        }
      }
    }

    /** Returns how many records a crash after {@code calls} has to spare. */
    int forcedAt(int calls) {
      return moments.stream()
          .filter(moment -> moment.forced() && moment.calls() <= calls)
          .mapToInt(Moment::records)
          .max()
          .orElse(0);
    }

    /** Opens what a crash left and returns how many records are there, all of them whole. */
    int check(byte[] image, int forced, String what) throws IOException {
      EpochFile epoch = EpochFile.open(new RecordedFile(image), "test");
      try (EpochStore found = EpochStore.open(epoch, false)) {
        int count = (int) found.lastNumber();
        assertThat(count).as(what).isBetween(forced, records.size());
        assertThat(moments).as(what).anyMatch(moment -> moment.records() == count);
        for (int number = 1; number <= count; number++) {
          assertThat(found.record(number)).as(what).isEqualTo(records.get(number - 1));
          Optional<byte[]> plan = found.plan(number);
          assertThat(plan.orElse(new byte[0])).as(what).isEqualTo(plans.get(number - 1));
          if (number > 1) {
            assertThat(found.entry(number).begun()).as(what).isEqualTo(number);
          }
        }
        return count;
      }
    }
  }

  @ParameterizedTest
  @EnumSource(RecordedFile.Loss.class)
  void everyForcedRecordIsThereAndNoneIsHalfThere(RecordedFile.Loss loss) throws IOException {
    int images = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      Run first = new Run(random);
      int created = first.file.calls();
      first.commit(COMMITS);
      for (int i = 0; i < IMAGES_PER_RUN; i++) {
        int calls = created + random.nextInt(first.file.calls() - created + 1);
        byte[] image = first.file.afterCrash(first.before, calls, loss, random);
        String what = "seed %d, image %d, %d calls, %s".formatted(seed, i, calls, loss);
        int count = first.check(image, first.forcedAt(calls), what);
        images++;
        if (i % 4 == 0 && !EpochFile.open(new RecordedFile(image), "test").isTorn()) {
          images += secondLife(first, image, count, loss, random, what);
        }
      }
    }
    System.getLogger("test").log(System.Logger.Level.DEBUG, loss + ": " + images + " images");
    assertThat(images).isGreaterThanOrEqualTo(RUNS * IMAGES_PER_RUN);
  }

  private static int secondLife(
      Run first, byte[] image, int count, RecordedFile.Loss loss, Random random, String what)
      throws IOException {
    Run second = new Run(random, image, first, count);
    second.commit(4);
    int calls = 1 + random.nextInt(second.file.calls());
    byte[] again = second.file.afterCrash(image, calls, loss, random);
    second.check(again, second.forcedAt(calls), what + ", second life");
    return 1;
  }

  @Test
  void aTearInWhatWasDurableIsDamage() throws IOException {
    Random random = new Random(42);
    Run run = new Run(random);
    run.commit(5);
    run.force();
    long durable = run.store.file().length();
    run.commit(5);
    byte[] image = run.file.contents();
    image[(int) durable - 2000] ^= 1;
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(() -> EpochFile.open(new RecordedFile(image), "test"))
        .withMessageContaining("is not whole");
  }
}
