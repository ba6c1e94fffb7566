package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ProgramTest {
  private final Transcript transcript = new Transcript();

  @Test
  void helpListsTheCommandsInFourGroups() {
    assertThat(transcript.run("--help")).isEqualTo(ExitCode.DONE);
    assertThat(transcript.out())
        .containsSubsequence(
            "Update:",
            " apply ",
            " undo ",
            "Recover:",
            " recover ",
            " resolve ",
            "Look back:",
            " status ",
            " log ",
            " show ",
            "Machine:",
            " doctor ",
            " root list",
            " prune ",
            " demo ")
        .contains(" selftest ");
    assertThat(transcript.err()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyCommandHasHelpWithAnExample(CommandName name) {
    assertThat(transcript.run((name.words() + " --help").split(" "))).isEqualTo(ExitCode.DONE);
    assertThat(transcript.out())
        .contains("Usage: holdfast " + name.words())
        .contains("Example:\n  holdfast " + name.words());
    assertThat(transcript.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(101));
  }

  @Test
  void unknownCommandsAreUsageErrors() {
    assertThat(transcript.run("frobnicate", "--root", "/x", "--", "true"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).contains("no command \"frobnicate\"").contains("holdfast --help");
    assertThat(transcript.out()).isEmpty();
  }

  @Test
  void unknownOptionsAreUsageErrors() {
    assertThat(transcript.run("undo", "3", "--sideways")).isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).contains("--sideways").contains("holdfast undo --help");
  }

  @Test
  void usageErrorsNameArgumentsAsTheyWere() {
    assertThat(transcript.run("show", "grün")).isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).contains("not a transaction: \"grün\"");
  }

  @Test
  void usageErrorsAreJsonIfAskedFor() throws IOException {
    assertThat(transcript.run("show", "--json")).isEqualTo(ExitCode.USAGE);
    assertThat(JsonText.object(transcript.err()))
        .containsEntry("exit", 2L)
        .containsOnlyKeys("error", "exit");
  }

  @Test
  void jsonAfterTheDelimiterIsAnArgument() {
    assertThat(transcript.run("show", "--", "--json")).isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).startsWith("holdfast: ");
  }

  @Test
  void stateIsGivenOnce() {
    assertThat(transcript.run("--state", "/a", "status", "--state", "/b"))
        .isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).contains("more than once");
  }

  @Test
  void logTellsStatesFromDirectories() {
    assertThat(transcript.run("log", "--state", "aplied")).isEqualTo(ExitCode.USAGE);
    assertThat(transcript.err()).contains("aplied", "rolled_back", "slash");
  }

  @Test
  void directionsExcludeEachOther() {
    assertThat(transcript.run("resolve", "3", "--back", "--as-is")).isEqualTo(ExitCode.USAGE);
    assertThat(transcript.run("resolve", "3")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void anEmptyPathIsAUsageError() {
    assertThat(transcript.run("root", "forget", "")).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void aReaderThatLeavesIsNoError() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(runWithBrokenOutput(err, true)).isEqualTo(ExitCode.DONE);
    assertThat(err.size()).isZero();
  }

  @Test
  void resultsThatCannotBeWrittenAreAnError() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertThat(runWithBrokenOutput(err, false)).isEqualTo(ExitCode.UNANSWERED);
    assertThat(err.size()).isPositive();
  }

  private static ExitCode runWithBrokenOutput(OutputStream err, boolean readerGone) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no");
          }
        };
    return new Program(
            new Printer(broken, err, () -> readerGone),
            _ -> java.util.Optional.empty(),
            dev.holdfast.disk.linux.LinuxDisk::create,
            java.time.Clock.systemUTC(),
            new Interruption())
        .run(List.of(Transcript.bytes("--help")));
  }
}
