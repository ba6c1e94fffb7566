package dev.holdfast.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallerTest {
  private static final Options OPTIONS =
      Options.message("why").withCommand("holdfast", "run", "--", "s3cret");

  @Test
  void parentsCommandLineIsThatOfTheProcessTable() throws IOException {
    long parent = ProcessHandle.current().parent().orElseThrow().pid();
    byte[] expected = Files.readAllBytes(Path.of("/proc/" + parent + "/cmdline"));

    Caller caller = Caller.of(LinuxDisk.create());

    assertThat(caller.parentProcessId()).isEqualTo(parent);
    byte[] words = words(caller.parentCommand()).getBytes(StandardCharsets.ISO_8859_1);
    assertThat(words).startsWith(Arrays.copyOf(expected, Math.min(expected.length - 1, 500)));
  }

  @Test
  void recordHasTheWholeCommandLine() {
    assertThat(words(Caller.command(OPTIONS))).endsWith("s3cret");
  }

  @Test
  void redactedRecordHasNothingButNames() {
    Options redacted = OPTIONS.withRedacted(true);
    Caller caller = new Caller("ann", 7, words("sh", "-c", "holdfast run … s3cret"));

    Origin origin = caller.origin(Origin.Kind.UPDATE, redacted);

    assertThat(words(Caller.command(redacted))).isEqualTo("holdfast\0run\0[redacted]");
    assertThat(words(origin.parentCommand())).isEqualTo("[redacted]");
    assertThat(origin.sudoUser()).isEqualTo("ann");
  }

  @Test
  void redactedRecordHasNoOptionBeforeTheCommandEither() {
    Options options =
        Options.message("").withCommand("holdfast", "--state=s3cret", "x").withRedacted(true);
    assertThat(words(Caller.command(options))).isEqualTo("holdfast\0[redacted]");
  }

  private static List<ByteString> words(String... words) {
    return Arrays.stream(words)
        .map(word -> ByteString.of(word.getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static String words(List<ByteString> words) {
    return String.join(
        "\0",
        words.stream().map(word -> new String(word.bytes(), StandardCharsets.ISO_8859_1)).toList());
  }
}
