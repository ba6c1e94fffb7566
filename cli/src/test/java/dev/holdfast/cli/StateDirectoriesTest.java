package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.journal.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StateDirectoriesTest {
  private final Disk disk = LinuxDisk.create();
  private final Map<String, String> variables = new HashMap<>();
  @TempDir Path folder;
  private String base = "";

  @BeforeEach
  void putARootUnderCare() throws IOException {
    base = folder.toRealPath().toString();
    Files.createDirectories(folder.resolve("source/sub"));
    assertThat(run("--state", base + "/state", "apply", base + "/source", base + "/live"))
        .isEqualTo(ExitCode.DONE);
  }

  private static ExitCode run(String... words) {
    return new Transcript().run(words);
  }

  private StateDirectories states(@Nullable String option) {
    Environment environment =
        name -> Optional.ofNullable(variables.get(name)).map(Transcript::bytes);
    ByteString bytes = option == null ? null : Transcript.bytes(option);
    return new StateDirectories(disk, environment, bytes);
  }

  private AbsolutePath path(String below) {
    return AbsolutePath.of(base + below);
  }

  @Test
  void theOptionGoesBeforeTheVariable() throws IOException {
    variables.put("HOLDFAST_STATE", "/variable");
    assertThat(states("/option").standard()).hasToString("/option");
    assertThat(states(null).standard()).hasToString("/variable");
  }

  @Test
  void aRootNamesItsJournal() throws IOException {
    assertThat(states(null).of(path("/live"))).isEqualTo(path("/state"));
    assertThat(states(null).of(path("/live/sub/gone"))).isEqualTo(path("/state"));
  }

  @Test
  void aLinkToARootDoesToo() throws IOException {
    Files.createSymbolicLink(folder.resolve("link"), Path.of("live"));
    assertThat(states(null).of(path("/link"))).isEqualTo(path("/state"));
  }

  @Test
  void theSameJournalMayBeNamed() throws IOException {
    Files.createSymbolicLink(folder.resolve("same"), Path.of("state"));
    assertThat(states(base + "/same").of(path("/live"))).isEqualTo(path("/state"));
  }

  @Test
  void anotherJournalIsRefused() {
    variables.put("HOLDFAST_STATE", base + "/other");
    assertThatThrownBy(() -> states(null).of(path("/live")))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining(base + "/other")
        .hasMessageContaining(base + "/state");
  }

  @Test
  void anotherJournalMayAdopt() throws IOException {
    assertThat(states(base + "/other").adopting(path("/live"))).isEqualTo(path("/other"));
    assertThat(states(null).adopting(path("/live"))).isEqualTo(path("/state"));
  }

  @Test
  void whatIsUnderNoCareGoesToTheStandardOne() throws IOException {
    assertThat(states("/option").of(path("/elsewhere"))).hasToString("/option");
  }

  @Test
  void rootsAreGroupedByJournal() throws IOException {
    assertThat(
            StateDirectories.grouped(List.of(path("/live"), path("/live/sub")), states(null)::of))
        .isEqualTo(Map.of(path("/state"), List.of(path("/live"), path("/live/sub"))));
  }
}
