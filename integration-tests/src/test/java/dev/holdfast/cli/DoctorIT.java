package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor}, as a process. */
final class DoctorIT {
  @TempDir Path base;
  private Installed holdfast;

  @BeforeEach
  void makeADirectory() throws IOException {
    holdfast = new Installed(base);
    Files.createDirectory(holdfast.folder().resolve("live"));
  }

  @Test
  void saysWhatADirectoryGets() throws IOException, InterruptedException {
    Map<String, @Nullable Object> found =
        Json.object(holdfast.run("doctor", "live", "--json").exits(0).out());
    assertThat(found).containsKeys("path", "level", "level_text");
    assertThat((List<?>) found.get("checks")).isNotEmpty();
    assertThat(holdfast.run("doctor", "live").exits(0).lines().getFirst()).contains("work/live: L");
    assertThat(Tree.of(holdfast.folder().resolve("live"))).hasSize(1);
  }

  @Test
  void withoutADirectoryLooksAtAllRoots() throws IOException, InterruptedException {
    assertThat(holdfast.run("doctor").exits(0).err()).contains("name a directory");
    holdfast.run("apply", "live", "copy").exits(0);
    assertThat(holdfast.run("doctor").exits(0).lines().getFirst()).contains("work/copy: L");
  }

  @Test
  void cannotAnswerForWhatIsNotThere() throws IOException, InterruptedException {
    holdfast.run("doctor", "absent/too").exits(5);
  }
}
