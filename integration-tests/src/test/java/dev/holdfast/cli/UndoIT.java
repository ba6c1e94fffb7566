package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code undo}, as a process. */
final class UndoIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path live;

  @BeforeEach
  void applyTwoReleases() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    live = holdfast.folder().resolve("live");
    Tree.write(holdfast.folder().resolve("v1"), "a", "1", "b", "1");
    Tree.write(holdfast.folder().resolve("v2"), "a", "two", "c/d", "2");
    holdfast.run("apply", "v1", "live").exits(0);
    holdfast.run("apply", "v2", "live").exits(0);
  }

  @Test
  void takesATransactionBack() throws IOException, InterruptedException {
    Map<String, @Nullable Object> undone =
        Json.object(holdfast.run("undo", "last", "-m", "why", "--json").exits(0).out());
    assertThat(undone)
        .containsEntry("id", "3")
        .containsEntry("state", "applied")
        .containsEntry("exit", 0L);
    assertThat(Tree.of(live)).isEqualTo(Tree.of(holdfast.folder().resolve("v1")));
    assertThat(Json.object(holdfast.run("show", "3", "--json").exits(0).out()))
        .containsEntry("undoes", "2")
        .containsEntry("message", "why");
  }

  @Test
  void anUndoCanBeUndone() throws IOException, InterruptedException {
    holdfast.run("undo", "2").exits(0);
    holdfast.run("undo", "last").exits(0);
    assertThat(Tree.of(live)).isEqualTo(Tree.of(holdfast.folder().resolve("v2")));
  }

  @Test
  void namesThePathsThatChangedSince() throws IOException, InterruptedException {
    Files.writeString(live.resolve("a"), "edited");
    Map<String, String> before = Tree.of(live);
    Map<String, @Nullable Object> error =
        Json.object(holdfast.run("undo", "2", "--json").exits(3).err());
    assertThat(error.toString()).contains("live/a");
    assertThat(Tree.of(live)).isEqualTo(before);
  }

  @Test
  void transactionsThatAreNotThereAreNamed() throws IOException, InterruptedException {
    assertThat(holdfast.run("undo", "99").exits(1).err()).contains("99");
    assertThat(holdfast.run("undo", "last~2").exits(1).err()).contains("2");
    holdfast.run("undo", "newest").exits(2);
    holdfast.run("undo", "2", "--sideways").exits(2);
  }
}
