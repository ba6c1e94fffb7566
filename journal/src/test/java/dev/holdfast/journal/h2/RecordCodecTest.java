package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionState;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class RecordCodecTest {
  private static final Instant NOW = Instant.parse("1969-12-31T23:59:59.999999999Z");
  private final Random random = new Random(1);

  private ContentDigest digest() {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return ContentDigest.of(bytes);
  }

  private List<JournalRecord> records() {
    Beginning plain = Samples.beginning(random, "Grüße \uD83D\uDE00");
    Beginning undo =
        new Beginning(
            plain.id(),
            plain.began(),
            "",
            -1,
            -1,
            "",
            "",
            Long.MAX_VALUE,
            "",
            List.of(),
            "",
            List.of(),
            7L,
            true);
    Outcome outcome =
        new Outcome(NOW, "reason", true, null, -1, Integer.MIN_VALUE, List.of("one", ""));
    return List.of(
        new JournalRecord.Epoch(new UUID(1, -1), 1, NOW, 0, null, Sequences.NONE),
        new JournalRecord.Epoch(
            new UUID(-1, 1),
            2,
            NOW,
            Long.MAX_VALUE,
            new JournalRecord.Sealed(1L << 40, digest(), new ChainHead(99, digest())),
            Sequences.NONE.with(List.of(1L, 2L, 5L, 100L, Long.MAX_VALUE))),
        new JournalRecord.Begun(3, plain),
        new JournalRecord.Begun(Long.MAX_VALUE, undo),
        new JournalRecord.Decided(1, Integer.MAX_VALUE, 0, digest()),
        new JournalRecord.Changed(2, TransactionState.IN_DOUBT, outcome),
        new JournalRecord.Changed(2, TransactionState.APPLIED, Samples.outcome(null)),
        new JournalRecord.Pruned(List.of(1L, 3L)),
        new JournalRecord.Carried(4, new JournalRecord.Begun(3, plain)),
        new JournalRecord.Carried(4, new JournalRecord.Decided(3, 1, 1, digest())));
  }

  @Test
  void everyRecordComesBackAsItWas() throws Exception {
    for (JournalRecord record : records()) {
      byte[] bytes = RecordCodec.encode(1000, record);
      assertThat(RecordCodec.decode(1000, bytes, 0)).isEqualTo(record);
      assertThatExceptionOfType(JournalException.class)
          .isThrownBy(() -> RecordCodec.decode(1001, bytes, 0));
    }
  }

  @Test
  void noOtherBytesAreTheRecord() {
    for (JournalRecord record : records()) {
      byte[] bytes = RecordCodec.encode(1000, record);
      for (int i = 0; i < bytes.length; i++) {
        isRefusedOrAnother(Arrays.copyOf(bytes, i));
        for (int bit = 0; bit < 8; bit++) {
          byte[] changed = bytes.clone();
          changed[i] ^= (byte) (1 << bit);
          isRefusedOrAnother(changed);
        }
      }
      isRefusedOrAnother(Arrays.copyOf(bytes, bytes.length + 1));
    }
  }

  private static void isRefusedOrAnother(byte[] bytes) {
    try {
      JournalRecord record = RecordCodec.decode(1000, bytes, 0);
      assertThat(Arrays.equals(RecordCodec.encode(1000, record), bytes)).isTrue();
    } catch (JournalException e) {
      assertThat(e.reason()).isEqualTo(JournalException.Reason.DAMAGED);
    }
  }

  @Test
  void noiseIsRefused() {
    for (int i = 0; i < 50_000; i++) {
      byte[] noise = new byte[random.nextInt(60)];
      random.nextBytes(noise);
      if (noise.length > 2) {
        noise[0] = (byte) (1 + random.nextInt(6));
        noise[1] = (byte) 0x87;
        noise[2] = 0x68;
      }
      isRefusedOrAnother(noise);
    }
  }
}
