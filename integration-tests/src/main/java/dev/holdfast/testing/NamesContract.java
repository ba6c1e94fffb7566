package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.EntryName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Names are bytes. */
interface NamesContract extends DiskFixture {

  @Test
  default void keepsEveryNameByteForByte() throws Exception {
    List<EntryName> names =
        new ArrayList<>(
            List.of(
                name("plain"),
                name("with space"),
                name("-rf"),
                name("line\nbreak"),
                name("…"),
                name("..."),
                name(".hidden"),
                name(0xff),
                name(0xc3),
                name(0xed, 0xa0, 0x80),
                name("n".repeat(255))));
    for (int b = 1; b < 256; b++) {
      if (b != '/' && b != '.') {
        names.add(name('x', b));
      }
    }
    for (EntryName name : names) {
      here().create(name, 0644).close();
    }

    Collections.sort(names);
    assertThat(here().list()).isEqualTo(names);
    for (EntryName name : names) {
      assertThat(here().stat(name)).as(name.toString()).isPresent();
    }
  }

  @Test
  default void listsInTheOrderOfUnsignedBytes() throws Exception {
    List<EntryName> sorted =
        List.of(name(1), name("A"), name("a"), name("ab"), name(0x7f), name(0x80), name(0xff));
    for (EntryName name : sorted.reversed()) {
      here().makeDirectory(name, 0755);
    }

    assertThat(here().list()).containsExactlyElementsOf(sorted);
  }

  @Test
  default void listsNothingInAnEmptyDirectory() throws Exception {
    assertThat(here().list()).isEmpty();
  }

  @Test
  default void listsMoreNamesThanFitIntoOneBuffer() throws Exception {
    List<EntryName> names = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      EntryName name = name("entry-with-a-rather-long-name-" + i);
      here().create(name, 0600).close();
      names.add(name);
    }

    Collections.sort(names);
    assertThat(here().list()).isEqualTo(names);
  }

  @Test
  default void listsWhatIsThereNow() throws Exception {
    try (Directory second = disk().openDirectory(folder())) {
      write("a", "");
      assertThat(second.list()).containsExactly(name("a"));
      here().unlink(name("a"));
      assertThat(second.list()).isEmpty();
    }
  }

  @Test
  default void distinguishesNamesThatDifferInOneBit() throws Exception {
    write("a", "lower");
    write("A", "upper");

    assertThat(read("a")).isEqualTo("lower");
    assertThat(read("A")).isEqualTo("upper");
  }
}
