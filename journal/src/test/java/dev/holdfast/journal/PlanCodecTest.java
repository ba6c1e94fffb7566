package dev.holdfast.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PlanCodecTest {
  private static final UUID JOURNAL = new UUID(1, 2);

  private static Plan mixed(int seed, int operations) {
    Random random = new Random(seed);
    return Samples.mixedPlan(
        Samples.id(random), random.nextLong() >>> 1, JOURNAL, operations, random);
  }

  @Test
  void everyPlanComesBackAsItWas() throws Exception {
    for (int seed = 0; seed < 300; seed++) {
      Plan plan = mixed(seed, seed % 40);
      byte[] encoded = PlanCodec.encode(plan);
      assertThat(PlanCodec.decode(encoded)).as("seed %d", seed).isEqualTo(plan);
      assertThat(PlanCodec.encode(PlanCodec.decode(encoded))).isEqualTo(encoded);
      assertThat(PlanFile.decode(PlanFile.encode(encoded))).isEqualTo(plan);
    }
  }

  @Test
  void noOtherBytesAreThePlan() {
    for (int seed = 0; seed < 10; seed++) {
      byte[] encoded = PlanCodec.encode(mixed(seed, 1 + seed % 9));
      for (int i = 0; i < encoded.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
          byte[] changed = encoded.clone();
          changed[i] ^= (byte) (1 << bit);
          isRefusedOrCanonical(changed);
        }
        isRefusedOrCanonical(Arrays.copyOf(encoded, i));
        isRefusedOrCanonical(Arrays.copyOf(encoded, encoded.length + 1 + i));
      }
    }
  }

  private static void isRefusedOrCanonical(byte[] bytes) {
    try {
      assertThat(Arrays.equals(PlanCodec.encode(PlanCodec.decode(bytes)), bytes)).isTrue();
    } catch (JournalException e) {
      assertThat(e.reason()).isIn(JournalException.Reason.DAMAGED, JournalException.Reason.NEWER);
    }
  }

  @Test
  void noiseIsRefused() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length > 0 && random.nextBoolean()) {
        noise[0] = 1;
      }
      isRefusedOrCanonical(noise);
    }
  }

  @Test
  void aChangedPlanFileIsRefusedWhereverItWasChanged() {
    byte[] file = PlanFile.encode(PlanCodec.encode(mixed(3, 5)));
    for (int i = 0; i < file.length; i++) {
      byte[] changed = file.clone();
      changed[i] ^= 0x10;
      assertThatExceptionOfType(JournalException.class)
          .isThrownBy(() -> PlanFile.encodedPlan(changed));
      byte[] cut = Arrays.copyOf(file, i);
      assertThatExceptionOfType(JournalException.class).isThrownBy(() -> PlanFile.encodedPlan(cut));
    }
  }

  @Test
  void aHundredThousandOperationsTakeLessThanTwentyMegabytes() throws Exception {
    Random random = new Random(5);
    TransactionRecord record =
        new TransactionRecord(
            1, Samples.beginning(random, "large"), TransactionState.ACTIVE, 0, null, null, false);
    Plan plan = Samples.plan(record, JOURNAL, 100_000, random);
    byte[] encoded = PlanCodec.encode(plan);
    assertThat(encoded.length).isLessThan(20 << 20);
    assertThat(PlanCodec.decode(encoded)).isEqualTo(plan);
  }

  @Test
  void aFewBytesThatClaimALotAreRefused() {
    for (int seed = 0; seed < 20; seed++) {
      byte[] encoded = PlanCodec.encode(mixed(seed, 3));
      for (int i = 0; i < encoded.length; i++) {
        byte[] claims = Arrays.copyOf(encoded, encoded.length + 8);
        System.arraycopy(encoded, i, claims, i + 8, encoded.length - i);
        Arrays.fill(claims, i, i + 8, (byte) 0xff);
        isRefusedOrCanonical(claims);
      }
    }
  }

  @Test
  void aPlanThatWouldNotFitIntoMemoryIsRefusedBeforeItIsRead() {
    long operations = Runtime.getRuntime().maxMemory() / 480;
    CanonicalWriter out = new CanonicalWriter();
    byte[] encoded = PlanCodec.encode(mixed(1, 0));
    out.raw(encoded, 0, encoded.length - 2).number(operations);
    byte[] claims = Arrays.copyOf(out.toByteArray(), (int) Math.min(1 << 28, 16 * operations));
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(() -> PlanCodec.decode(claims))
        .extracting(JournalException::reason)
        .isEqualTo(JournalException.Reason.DAMAGED);
  }

  @Test
  void aNewerPlanSaysSo() {
    byte[] encoded = PlanCodec.encode(mixed(1, 1));
    encoded[0] = 2;
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(() -> PlanCodec.decode(encoded))
        .extracting(JournalException::reason)
        .isEqualTo(JournalException.Reason.NEWER);
    byte[] file = PlanFile.encode(encoded);
    file[14] = '2';
    assertThatExceptionOfType(JournalException.class)
        .isThrownBy(() -> PlanFile.encodedPlan(file))
        .extracting(JournalException::reason)
        .isEqualTo(JournalException.Reason.NEWER);
  }
}
