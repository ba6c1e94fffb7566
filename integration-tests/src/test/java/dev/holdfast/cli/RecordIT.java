package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A history with something of everything in it: what the record says of it, in the published form,
 * and what it keeps out.
 */
final class RecordIT {
  private static final String SECRET = "s3cr3t-t0ken";
  private static final Path SCHEMA = Path.of("../docs/audit-export.schema.json");

  @TempDir static Path base;
  private static Installed holdfast;
  private static Path work;

  @BeforeAll
  static void makeAHistory() throws IOException, InterruptedException {
    holdfast = new Installed(base).with("SUDO_USER", "ann");
    work = holdfast.folder();
    Tree.write(work.resolve("v1"), "a", "one\n", "b", "1\n", "d/x", "x");
    Tree.write(work.resolve("v2"), "a", "two\n", "b", "1\n", "d/x", "x");
    holdfast
        .shell(
            """
            cd v2 && ln a hard && ln -s a link && mkfifo fifo && printf n >"$(printf 'n\\377')" &&
            mkdir empty && chmod 700 d && touch -d 2020-02-02 b && setfattr -n user.v -v 1 b || :
            """)
        .exits(0);
    holdfast.run("apply", "-m", "release 1", "v1", "live").exits(0);
    holdfast
        .shell(
            ": "
                + SECRET
                + "; $HOLDFAST apply --redact --exclude="
                + SECRET
                + " -m 'release 2' v2 live; exit $?")
        .exits(0);
    holdfast.shell("flock -s .holdfast/live/gate $HOLDFAST apply --gate-wait 0 v1 live").exits(3);
    holdfast.run("undo", "2", "-m", "back").exits(0);
    holdfast.run("undo", "last", "-m", "and forth").exits(0);
    Files.writeString(work.resolve("live/a"), "by hand");
    Files.writeString(work.resolve("live/unmanaged"), "by hand");
    holdfast.run("accept", "-m", "known", "live/a").exits(0);
    holdfast.run("rewind", "1").exits(3); // in the way: what was accepted
    holdfast.run("prune", "--keep", "2").exits(0);
  }

  @Test
  void whatWasRolledBackIsOnRecordAsTheRestIs() throws IOException, InterruptedException {
    Map<String, @Nullable Object> shown =
        Json.lines(holdfast.run("--json", "show", "3").exits(0).out()).getFirst();
    assertThat(shown)
        .containsEntry("state", "rolled_back")
        .containsEntry("sudo_user", "ann")
        .containsEntry("directory", work.toRealPath().toString())
        .containsEntry("isolation", "staged")
        .containsEntry("uid", (long) uid());
    assertThat(String.valueOf(shown.get("command"))).contains("--gate-wait 0 v1 live");
    assertThat(String.valueOf(shown.get("parent_command"))).contains("flock");
    assertThat(String.valueOf(shown.get("reason"))).contains("gate");
    assertThat(shown)
        .containsKeys("login_uid", "boot_id", "pid", "parent_pid", "host", "level", "duration_us");
    assertThat((List<?>) shown.get("operations")).isNotEmpty();
  }

  private static int uid() throws IOException {
    return (int) Files.getAttribute(work, "unix:uid");
  }

  @Test
  void aSecretOnTheCommandLineIsNowhere() throws IOException, InterruptedException {
    holdfast.run("sql", "--export", "history.sql").exits(0);
    holdfast.run("report", "-o", "report.html").exits(0);
    String all =
        holdfast.run("audit", "export").exits(0).out()
            + holdfast.run("log", "--json").exits(0).out()
            + holdfast.run("show", "2", "-v").exits(0).out()
            + holdfast.run("sql", "SELECT * FROM transactions").exits(0).out()
            + Files.readString(work.resolve("history.sql"))
            + Files.readString(work.resolve("report.html"));
    assertThat(all).contains("release 2").doesNotContain(SECRET);
    // The journal, the database and the control directory, byte for byte: base64 hides nothing.
    for (Path folder : List.of(base.resolve("state"), work.resolve(".holdfast"))) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
          assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
              .as(file.toString())
              .doesNotContain(SECRET);
        }
      }
    }
  }

  @Test
  void theExportIsAsTheSchemaSays() throws IOException, InterruptedException {
    assumeTrue(Files.exists(Path.of("/usr/bin/jsonschema")), "needs python3-jsonschema");
    Path export = work.resolve("export.jsonl");
    Files.writeString(export, holdfast.run("audit", "export").exits(0).out());
    List<String> lines = Files.readAllLines(export);
    assertThat(lines).anyMatch(line -> line.contains("path_bytes"));
    assertThat(lines).anyMatch(line -> line.contains("\"rolled_back\""));
    assertThat(lines).anyMatch(line -> line.contains("\"type\":\"pruned\""));
    assertThat(lines).anyMatch(line -> line.contains("\"kind\":\"accept\""));
    assertThat(lines).anyMatch(line -> line.contains("\"type\":\"fifo\""));
    Path script = work.resolve("validate_export.py");
    try (InputStream in =
        Objects.requireNonNull(RecordIT.class.getResourceAsStream("validate_export.py"))) {
      Files.write(script, in.readAllBytes());
    }
    String line = "python3 " + script + " " + SCHEMA.toRealPath() + " ";
    assertThat(holdfast.shell(line + export).exits(0).out()).contains(lines.size() + " lines");
    for (List<String> wrong :
        List.of(
            List.of("\"hash\":", "\"hush\":"),
            List.of("\"type\":\"begun\"", "\"type\":\"gone\""),
            List.of("\"mode\":\"0644\"", "\"mode\":420"),
            List.of("\"uid\":0", "\"uid\":\"root\""))) {
      Path file = work.resolve("wrong.jsonl");
      String whole = Files.readString(export);
      assertThat(whole).contains(wrong.get(0));
      Files.writeString(file, whole.replace(wrong.get(0), wrong.get(1)));
      holdfast.shell(line + file).exits(1);
    }
  }

  @Test
  void whatIsAskedOfTheRecordNeedsNoDatabase() throws IOException, InterruptedException {
    Installed fresh = new Installed(Files.createDirectory(base.resolve("fresh")));
    Tree.write(fresh.folder().resolve("v"), "a", "1");
    fresh.run("apply", "v", "live").exits(0);
    assertThat(fresh.run("log", "live", "--user", "root", "--grep", "apply").exits(0).out())
        .contains("live");
    fresh.run("log", "--last-per-path").exits(0);
    fresh.run("show", "1").exits(0);
    fresh.run("audit", "check").exits(0);
    assertThat(base.resolve("fresh/state/history")).doesNotExist();
    fresh.run("sql", "SELECT COUNT(*) FROM transactions").exits(0);
    assertThat(base.resolve("fresh/state/history")).exists();
  }
}
