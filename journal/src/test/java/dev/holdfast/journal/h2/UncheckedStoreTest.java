package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.junit.jupiter.api.Test;

/** The crash test has to catch what H2 loses without our checksums; if it does not, it is blind. */
final class UncheckedStoreTest {
  private static final int COMMITS = 40;
  private static final int RUNS = 30;
  private static final int IMAGES = 40;

  private static MVStore open(RecordedFile file) {
    MVStore store =
        new MVStore.Builder()
            .fileName(PlainFilePath.nameOf(file))
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .pageSplitSize(1024)
            .open();
    store.setReuseSpace(false);
    store.setRetentionTime(0);
    store.setVersionsToKeep(0);
    return store;
  }

  private static MVMap<Long, byte[]> map(MVStore store) {
    return store.openMap(
        "records",
        new MVMap.Builder<Long, byte[]>()
            .keyType(LongDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  private static byte[] value(long key) {
    byte[] value = new byte[500 + (int) (key * 997 % 9000)];
    new Random(key).nextBytes(value);
    return value;
  }

  @Test
  void h2AloneLosesForcedCommitsOrReadsTornOnes() {
    int violations = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      Random random = new Random(seed);
      RecordedFile file = new RecordedFile(new byte[0]);
      MVStore store = open(file);
      MVMap<Long, byte[]> map = map(store);
      map.put(0L, value(0));
      store.commit();
      store.sync();
      int created = file.calls();
      int[] callsAfter = new int[COMMITS];
      for (int i = 1; i < COMMITS; i++) {
        map.put((long) i, value(i));
        store.commit();
        store.sync();
        callsAfter[i] = file.calls();
      }
      for (int i = 0; i < IMAGES; i++) {
        int calls = created + random.nextInt(file.calls() - created + 1);
        int acknowledged =
            (int) Arrays.stream(callsAfter).filter(at -> at > 0 && at <= calls).count();
        byte[] image = file.afterCrash(new byte[0], calls, RecordedFile.Loss.PAGES, random);
        violations += isSound(image, acknowledged) ? 0 : 1;
      }
    }
    assertThat(violations).isPositive();
  }

  private static boolean isSound(byte[] image, int acknowledged) {
    MVStore found = null;
    try {
      found = open(new RecordedFile(image));
      MVMap<Long, byte[]> map = map(found);
      long count = map.sizeAsLong();
      boolean sound = count > acknowledged;
      for (long key = 0; key < count; key++) {
        byte[] value = map.get(key);
        sound &= value != null && Arrays.equals(value, value(key));
      }
      return sound;
    } catch (RuntimeException | AssertionError e) {
      return false;
    } finally {
      if (found != null && !found.isClosed()) {
        found.closeImmediately();
      }
    }
  }
}
