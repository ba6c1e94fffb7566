package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The persistent map against the JDK's. */
final class PersistentMapTest {

  @Test
  void isATreeMapOfWhichEveryOldStateStays() {
    SplittableRandom random = new SplittableRandom(1);
    PersistentMap<Integer, Integer> map = PersistentMap.empty();
    TreeMap<Integer, Integer> expected = new TreeMap<>();
    List<PersistentMap<Integer, Integer>> states = new ArrayList<>();
    List<TreeMap<Integer, Integer>> copies = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      int key = random.nextInt(300);
      if (random.nextInt(5) < 2) {
        map = map.without(key);
        expected.remove(key);
      } else {
        map = map.with(key, i);
        expected.put(key, i);
      }
      assertThat(map.get(key)).isEqualTo(expected.get(key));
      assertThat(map.ceiling(key + 1)).isEqualTo(copyOf(expected.ceilingEntry(key + 1)));
      assertThat(map.first()).isEqualTo(copyOf(expected.firstEntry()));
      if (i % 100 == 0) {
        states.add(map);
        copies.add(new TreeMap<>(expected));
      }
    }
    for (int i = 0; i < states.size(); i++) {
      assertThat(contents(states.get(i))).isEqualTo(copies.get(i));
      assertThat(states.get(i).size()).isEqualTo(copies.get(i).size());
    }
  }

  private static Map.@Nullable Entry<Integer, Integer> copyOf(
      Map.@Nullable Entry<Integer, Integer> entry) {
    return entry == null ? null : Map.entry(entry.getKey(), entry.getValue());
  }

  private static SortedMap<Integer, Integer> contents(PersistentMap<Integer, Integer> map) {
    SortedMap<Integer, Integer> contents = new TreeMap<>();
    List<Integer> order = new ArrayList<>();
    map.forEach((key, value) -> {
      contents.put(key, value);
      order.add(key);
    });
    assertThat(order).isSorted();
    return contents;
  }
}
