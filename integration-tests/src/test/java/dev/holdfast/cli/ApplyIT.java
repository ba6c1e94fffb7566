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

/** {@code apply}, as a process. */
final class ApplyIT {
  @TempDir Path base;
  private Installed holdfast;
  private Path source;
  private Path live;

  @BeforeEach
  void makeTrees() throws IOException {
    holdfast = new Installed(base);
    source = holdfast.folder().resolve("v2");
    live = holdfast.folder().resolve("live");
    Tree.write(source, "run", "two", "new", "n", "same/x", "x");
    Tree.write(live, "run", "one", "gone", "g");
  }

  @Test
  void makesTheTargetEqual() throws IOException, InterruptedException {
    Object inode = Files.getAttribute(live, "unix:ino");
    holdfast.run("apply", "-m", "release 2", "v2/", "live/").exits(0);
    assertThat(Tree.of(live)).isEqualTo(Tree.of(source));
    assertThat(Files.getAttribute(live, "unix:ino")).isEqualTo(inode);
  }

  @Test
  void saysWhatItDid() throws IOException, InterruptedException {
    assertThat(holdfast.run("apply", "v2", "live").exits(0).out())
        .startsWith("applied as transaction 1: 3 added, 2 changed, 1 deleted");
    assertThat(holdfast.run("apply", "v2", "live").exits(0).out()).isEqualTo("nothing to do\n");
  }

  @Test
  void resultIsJsonIfAskedFor() throws IOException, InterruptedException {
    Map<String, @Nullable Object> result =
        Json.object(holdfast.run("apply", "v2", "live", "--json").exits(0).out());
    assertThat(result)
        .containsEntry("id", "1")
        .containsEntry("state", "applied")
        .containsEntry("exit", 0L);
    assertThat((Long) result.get("operations")).isGreaterThanOrEqualTo(5L);
  }

  @Test
  void makesAnAbsentTarget() throws IOException, InterruptedException {
    holdfast.run("apply", "v2", "fresh").exits(0);
    assertThat(Tree.of(holdfast.folder().resolve("fresh"))).isEqualTo(Tree.of(source));
    assertThat(holdfast.run("apply", "v2", "absent/fresh").exits(1).err()).contains("absent");
  }

  @Test
  void dryRunShowsTheChangesAndMakesNone() throws IOException, InterruptedException {
    Map<String, String> before = Tree.of(live);
    assertThat(holdfast.run("apply", "--dry-run", "v2", "live").exits(0).lines())
        .contains("D gone", "A new", "M run", "A same", "A same/x")
        .isSortedAccordingTo((a, b) -> a.substring(2).compareTo(b.substring(2)));
    assertThat(Tree.of(live)).isEqualTo(before);
    assertThat(holdfast.run("log").exits(0).out()).isEmpty();
  }

  @Test
  void keepsWhatItIsToldToKeep() throws IOException, InterruptedException {
    holdfast.run("apply", "--keep-extra", "--exclude", "new", "v2", "live").exits(0);
    assertThat(live.resolve("gone")).exists();
    assertThat(live.resolve("new")).doesNotExist();
    assertThat(live.resolve("run")).hasContent("two");
  }

  @Test
  void readsAnArchiveFromStdin() throws IOException, InterruptedException {
    holdfast.shell("tar -C v2 -cf - . | $HOLDFAST apply - live").exits(0);
    assertThat(live.resolve("same/x")).hasContent("x");
    assertThat(live.resolve("gone")).doesNotExist();
  }

  @Test
  void aMissingSourceChangesNothing() throws IOException, InterruptedException {
    Map<String, String> before = Tree.of(live);
    Invoked failed = holdfast.run("apply", "--json", "absent", "live").exits(1);
    assertThat(failed.out()).isEmpty();
    assertThat(Json.object(failed.err())).containsEntry("exit", 1L).containsKey("error");
    assertThat(Tree.of(live)).isEqualTo(before);
  }

  @Test
  void aRefusedArchiveLeavesNothingBesideItsTarget() throws IOException, InterruptedException {
    holdfast
        .shell("mkdir x && tar -C v2 -cf x/a.tar --transform 's,^new$,../new,' -P new")
        .exits(0);
    assertThat(holdfast.run("apply", "x/a.tar", "x/fresh").exits(1).err()).contains("..");
    assertThat(
            holdfast.shell("tar -cf - v2 | head -c 700 | $HOLDFAST apply - x/fresh").exits(1).err())
        .contains("stdin");
    assertThat(holdfast.folder().resolve("x").toFile().list()).containsExactly("a.tar");
    assertThat(holdfast.run("root", "list").exits(0).out()).isEmpty();
  }

  @Test
  void wrongCommandLinesChangeNothing() throws IOException, InterruptedException {
    holdfast.run("apply", "v2").exits(2);
    holdfast.run("apply", "v2", "live", "more").exits(2);
    holdfast.run("apply", "--frob", "v2", "live").exits(2);
    holdfast.run("apply", "--strip", "x", "v2", "live").exits(2);
    assertThat(base.resolve("state")).doesNotExist();
  }

  @Test
  void namesAreBytesInEveryLocale() throws IOException, InterruptedException {
    holdfast.with("LC_ALL", "C");
    String name = "$(printf 'gr\\303\\274n\\377')";
    holdfast.shell("mkdir \"" + name + "\" && echo x >\"" + name + "/f\"").exits(0);
    holdfast.shell("$HOLDFAST apply \"" + name + "\" \"live-" + name + "\"").exits(0);
    holdfast.shell("test -f \"live-" + name + "/f\"").exits(0);
    Invoked shown = holdfast.shell("$HOLDFAST log \"live-" + name + "\"").exits(0);
    assertThat(shown.out()).contains("live-gr\\303\\274n\\377");
  }

  @Test
  void anotherJournalIsRefusedByName() throws IOException, InterruptedException {
    holdfast.run("apply", "v2", "live").exits(0);
    Tree.write(source, "run", "three");
    Invoked refused = holdfast.run("--state", "elsewhere", "apply", "v2", "live").exits(3);
    assertThat(refused.err()).contains("elsewhere").contains(base.resolve("state").toString());
    assertThat(live.resolve("run")).hasContent("two");
  }

  @Test
  void aRootIsFoundWithoutItsJournalBeingNamed() throws IOException, InterruptedException {
    holdfast.run("apply", "v2", "live").exits(0);
    holdfast.shell("unset HOLDFAST_STATE; $HOLDFAST log live/same/x").exits(0);
  }
}
