package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code recover}, {@code root} and {@code prune} on given roots, as processes. */
final class RootsIT {
  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void applyTwoReleases() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    Tree.write(holdfast.folder().resolve("v1"), "a", "1", "sub/b", "1");
    Tree.write(holdfast.folder().resolve("v2"), "a", "two", "sub/b", "two");
    holdfast.run("apply", "v1", "live").exits(0);
    holdfast.run("apply", "v2", "live").exits(0);
    Files.createSymbolicLink(holdfast.folder().resolve("link"), Path.of("live"));
  }

  @Test
  void recoverTakesWhatLeadsToARoot() throws IOException, InterruptedException {
    holdfast.run("recover", "--check", "live", "link", "live/sub", ".").exits(0);
    holdfast.run("recover", "link").exits(0);
  }

  @Test
  void nobodyKnowsWhatIsPendingUnderNoCare() throws IOException, InterruptedException {
    assertThat(holdfast.run("recover", "--check", "v1").exits(5).err()).contains("work/v1");
    holdfast.run("recover", "--check", "live", "absent").exits(5);
    assertThat(holdfast.run("recover", "absent/too").exits(5).err()).contains("absent");
  }

  @Test
  void rootsAreListed() throws IOException, InterruptedException {
    assertThat(Json.object(holdfast.run("root", "list", "--json").exits(0).out()))
        .containsEntry("state", "clean")
        .containsKeys("path", "control", "level", "before_image_bytes");
    assertThat(holdfast.run("root", "list").exits(0).lines())
        .singleElement()
        .asString()
        .contains("work/live", "clean", "in before-images");
  }

  @Test
  void settingsHaveKnownNames() throws IOException, InterruptedException {
    holdfast.run("root", "set", "link", "horizon.count=5").exits(0);
    holdfast.run("root", "set", "live", "horizon.count=").exits(0);
    assertThat(holdfast.run("root", "set", "live", "horizon=5").exits(1).err())
        .contains("horizon.count");
    holdfast.run("root", "set", "live", "horizon.count").exits(2);
  }

  @Test
  void pruningFreesBeforeImages() throws IOException, InterruptedException {
    assertThat(holdfast.run("prune", "--keep", "0", "--dry-run").exits(0).out())
        .startsWith("would free");
    assertThat(
            Json.object(
                holdfast.run("prune", "--keep", "0", "--root", "link", "--json").exits(0).out()))
        .containsEntry("exit", 0L)
        .containsEntry("dry_run", false);
    assertThat(holdfast.run("undo", "last").exits(1).err()).contains("2");
    assertThat(holdfast.run("log").exits(0).lines()).hasSize(2);
    holdfast.run("prune", "--keep", "some").exits(2);
  }

  @Test
  void aForgottenRootIsUnderNoCare() throws IOException, InterruptedException {
    holdfast.run("root", "forget", "live").exits(0);
    assertThat(holdfast.run("root", "list").exits(0).out()).isEmpty();
    assertThat(holdfast.folder().resolve("live/a")).hasContent("two");
    holdfast.run("root", "forget", "live").exits(1);
  }
}
