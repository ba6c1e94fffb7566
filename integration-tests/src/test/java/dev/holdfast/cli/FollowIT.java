package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code follow}, as processes. */
final class FollowIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path stock;
  private Path live;
  private int third;

  @BeforeEach
  void followAStock() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    stock = holdfast.folder().resolve("stock");
    live = holdfast.folder().resolve("live");
    Tree.write(stock, "a", "1", "b", "1", "c", "1", "d/x", "1", "d/y", "1", "e/only", "1");
    Files.createDirectory(live);
    holdfast.run("follow", "stock", "live").exits(0);
    assertThat(live).isEmptyDirectory();
    assertThat(holdfast.run("follow").exits(0).out()).contains("work/live follows", "work/stock");
    assertThat(holdfast.run("follow", "--update", "live").exits(0).out()).contains("8 added");
    holdfast.run("follow", "--update").exits(0); // all that follow something
  }

  @Test
  void whatOnlyOneSideChangedIsNoConflict() throws IOException, InterruptedException {
    Files.writeString(stock.resolve("a"), "2");
    Tree.write(stock, "new", "1", "f/deep/er", "1");
    Files.delete(stock.resolve("e/only"));
    Files.delete(stock.resolve("e"));
    Files.writeString(live.resolve("c"), "mine");
    Files.writeString(live.resolve("own"), "mine");
    Files.delete(live.resolve("d/y"));
    holdfast.run("follow", "--update", "live").exits(0);
    assertThat(Tree.of(live).keySet())
        .containsExactly("", "a", "b", "c", "d", "d/x", "f", "f/deep", "f/deep/er", "new", "own");
    assertThat(live.resolve("a")).hasContent("2");
    assertThat(live.resolve("c")).hasContent("mine");
    assertThat(holdfast.run("log").exits(0).lines()).hasSize(2);
    assertThat(holdfast.run("follow", "--update", "live").exits(0).out()).contains("nothing to do");
  }

  @Test
  void whatBothChangedIsAConflictAndToldOnce() throws IOException, InterruptedException {
    Files.writeString(stock.resolve("b"), "2");
    Files.writeString(live.resolve("b"), "mine");
    Files.writeString(stock.resolve("a"), "2");
    Invoked told = holdfast.run("follow", "--update", "live").exits(3);
    assertThat(told.err()).contains("live/b", "b.holdfast-new");
    assertThat(live.resolve("b")).hasContent("mine");
    assertThat(live.resolve("b.holdfast-new")).hasContent("2");
    assertThat(live.resolve("a")).hasContent("2");
    holdfast.run("follow", "--update", "live").exits(0);

    Files.writeString(stock.resolve("b"), "3");
    holdfast.run("follow", "--update", "--conflicts", "keep", "live").exits(0);
    assertThat(live.resolve("b")).hasContent("mine");
    assertThat(live.resolve("b.holdfast-new")).hasContent("3");

    Files.writeString(stock.resolve("b"), "4");
    holdfast.run("follow", "--update", "--conflicts", "take", "live").exits(0);
    assertThat(live.resolve("b")).hasContent("4");
    holdfast.run("undo", "last").exits(0);
    assertThat(live.resolve("b")).hasContent("mine");
  }

  @Test
  void deletionsMeetEdits() throws IOException, InterruptedException {
    Files.delete(stock.resolve("b"));
    Files.writeString(live.resolve("b"), "mine");
    Files.delete(live.resolve("c"));
    Files.writeString(stock.resolve("c"), "2");
    Files.delete(live.resolve("e/only"));
    Files.delete(live.resolve("e"));
    Files.writeString(stock.resolve("e/only"), "2");
    Invoked told = holdfast.run("follow", "--update", "live").exits(3);
    assertThat(told.err()).contains("live/b: deleted in the stock", "live/c:", "live/e/only");
    assertThat(Tree.of(live).keySet())
        .containsExactly("", "a", "b", "c.holdfast-new", "d", "d/x", "d/y");
  }

  @Test
  void whatCannotFollowIsRefused() throws IOException, InterruptedException {
    assertThat(holdfast.run("follow", "stock", "stock/d").exits(1).err()).contains("contain");
    holdfast.run("follow", "absent", "live").exits(1);
    holdfast.run("follow", "stock").exits(2);
    holdfast.run("follow", "--update", "--conflicts", "ask", "live").exits(2);
    holdfast.run("follow", "--stop", "live").exits(0);
    assertThat(holdfast.run("follow", "--update", "live").exits(1).err())
        .contains("follows nothing");
  }

  @Test
  void aKilledUpdateIsNoEdit() throws IOException, InterruptedException {
    String[] files = {"a", "b", "c", "d/x", "d/y", "e/only"};
    for (String word : new String[] {"2", "3"}) {
      for (String file : files) {
        Files.writeString(stock.resolve(file), word);
      }
      if (word.equals("2")) {
        third = third(holdfast.renames("follow", "--update", "live"));
      } else {
        holdfast.killedAtRename(third, "follow", "--update", "live");
      }
    }
    assertThat(Files.readString(live.resolve("a")) + Files.readString(live.resolve("e/only")))
        .isEqualTo("32");
    Files.writeString(stock.resolve("a"), "4");
    holdfast.run("follow", "--update", "live").exits(0);
    assertThat(live.resolve("a")).hasContent("4");
    assertThat(live.resolve("e/only")).hasContent("3");
    assertThat(Tree.of(live).keySet()).noneMatch(name -> name.contains("holdfast-new"));
  }

  /** Returns which rename of its thread the third exchange is. */
  private static int third(List<String> renames) {
    String thread =
        renames.stream().filter(line -> line.contains("EXCHANGE")).findFirst().orElseThrow();
    String beginning = thread.substring(0, thread.indexOf(' ') + 1);
    int number = 0;
    int exchanges = 0;
    for (String rename : renames) {
      if (rename.startsWith(beginning)) {
        number++;
        if (rename.contains("EXCHANGE") && ++exchanges == 3) {
          return number;
        }
      }
    }
    throw new AssertionError(renames);
  }
}
