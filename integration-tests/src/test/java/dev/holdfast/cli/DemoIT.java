package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration, as a process. */
final class DemoIT {
  @TempDir Path base;

  @Test
  void showsTheMixtureAndItsRecovery() throws IOException, InterruptedException {
    Installed holdfast = new Installed(base);
    assertThat(holdfast.run("demo", "shown").exits(0).out())
        .containsSubsequence(
            "$ holdfast apply -m \"release 1\"",
            "SIGKILL",
            "still of release 1",
            "$ holdfast recover --check",
            "(exit status 4)",
            "$ holdfast recover",
            "one release, whole",
            "$ holdfast log",
            "release 2",
            "$ holdfast undo last",
            "2000 of 2000 files are of release 1 again")
        .doesNotContain("\033");
    assertThat(holdfast.folder().resolve("shown")).isNotEmptyDirectory();
    holdfast.run("demo", "shown").exits(2);
  }
}
