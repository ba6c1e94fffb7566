package dev.holdfast.journal.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.journal.CanonicalReader;
import dev.holdfast.journal.CanonicalWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SequencesTest {
  @Test
  void itIsTheSetOfWhatWasAdded() throws Exception {
    Random random = new Random(3);
    for (int round = 0; round < 500; round++) {
      Set<Long> expected = new TreeSet<>();
      Sequences set = Sequences.NONE;
      for (int i = 0; i < 5; i++) {
        List<Long> more = new ArrayList<>();
        for (int j = random.nextInt(20); j > 0; j--) {
          more.add(1L + random.nextInt(40));
        }
        expected.addAll(more);
        set = set.with(more);
      }
      for (long sequence = 0; sequence < 42; sequence++) {
        assertThat(set.contains(sequence)).isEqualTo(expected.contains(sequence));
      }
      assertThat(set).isEqualTo(Sequences.NONE.with(expected));
      byte[] bytes = bytes(set);
      CanonicalReader in = new CanonicalReader(bytes, "test");
      assertThat(Sequences.readFrom(in)).isEqualTo(set);
      in.expectEnd();
    }
  }

  private static byte[] bytes(Sequences set) {
    CanonicalWriter out = new CanonicalWriter();
    set.writeTo(out);
    return out.toByteArray();
  }

  @Test
  void aLongRunIsSmall() {
    Sequences set = Sequences.NONE.with(LongStream.range(1, 100_000).boxed().toList());
    assertThat(bytes(set)).hasSizeLessThan(10);
    assertThat(bytes(set.with(List.of(100_000L)))).hasSizeLessThan(10);
  }
}
