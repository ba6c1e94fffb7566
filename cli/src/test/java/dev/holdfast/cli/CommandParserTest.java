package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.journal.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

final class CommandParserTest {
  @picocli.CommandLine.Command
  private static final class Probe extends AbstractCommand {
    @Option(names = {"-m", "--message"})
    private String message = "";

    @Option(names = "--exclude")
    private List<ByteString> excludes = new ArrayList<>();

    @Parameters private List<ByteString> paths = new ArrayList<>();

    @Override
    public ExitCode run(Session session) {
      return ExitCode.DONE;
    }
  }

  private static Probe parse(ByteString... arguments) throws UsageException {
    Probe probe = new Probe();
    new CommandParser(CommandName.APPLY, probe)
        .parse(Arrays.stream(arguments).map(ArgumentText::carrying).toList());
    return probe;
  }

  private static ByteString bytes(String text) {
    return Transcript.bytes(text);
  }

  @Test
  void pathsKeepEveryByte() throws UsageException {
    byte[] most = new byte[254];
    for (int i = 0; i < most.length; i++) {
      most[i] = (byte) (i + 2);
    }
    ByteString strange = ByteString.of(most);
    assertThat(parse(strange).paths).containsExactly(strange);
  }

  @Test
  void argumentsAreTakenAsTheyAre() throws UsageException {
    List<ByteString> odd =
        List.of(
            bytes("@file"),
            bytes("-"),
            bytes(""),
            bytes(" x "),
            bytes("\"x\""),
            bytes("'x"),
            bytes("${x}"),
            bytes("a=b"),
            bytes("a,b"),
            bytes("\n"),
            bytes("@|red x|@"));
    assertThat(parse(odd.toArray(ByteString[]::new)).paths).isEqualTo(odd);
  }

  @Test
  void textIsReadAsUtf8() throws UsageException {
    assertThat(parse(bytes("-m"), bytes("grün …")).message).isEqualTo("grün …");
    assertThat(parse(bytes("--message=-x")).message).isEqualTo("-x");
  }

  @Test
  void optionsMayBeRepeatedWhereThatMeansSomething() throws UsageException {
    assertThat(parse(bytes("--exclude"), bytes("*.o"), bytes("--exclude=a b")).excludes)
        .containsExactly(bytes("*.o"), bytes("a b"));
  }

  @Test
  void nothingIsAnOptionAfterTheDelimiter() throws UsageException {
    assertThat(parse(bytes("--"), bytes("-m"), bytes("--json")).paths)
        .containsExactly(bytes("-m"), bytes("--json"));
  }

  @Test
  void globalOptionsMayComeAnywhereBefore() throws UsageException {
    Probe probe = parse(bytes("x"), bytes("--json"), bytes("-v"), bytes("--state"), bytes("/s"));
    assertThat(probe.global().isJson()).isTrue();
    assertThat(probe.global().isVerbose()).isTrue();
    assertThat(probe.global().states()).containsExactly(bytes("/s"));
  }

  @Test
  void refusesUnknownOptionsAndMissingValues() {
    assertThatThrownBy(() -> parse(bytes("--frob"))).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> parse(bytes("-m"))).isInstanceOf(UsageException.class);
    assertThatThrownBy(() -> parse(bytes("-m"), bytes("a"), bytes("-m"), bytes("b")))
        .isInstanceOf(UsageException.class);
  }
}
