package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code log}, {@code show} and {@code status}, as processes. */
final class LookBackIT {
  @TempDir static Path base;
  private static Installed holdfast;
  private static Path live;

  @BeforeAll
  static void applyThreeReleases() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    live = holdfast.folder().resolve("live");
    Tree.write(holdfast.folder().resolve("v1"), "a", "1", "b", "1");
    Tree.write(holdfast.folder().resolve("v2"), "a", "two", "b", "1");
    Tree.write(holdfast.folder().resolve("v3"), "a", "two", "b", "three", "c/d", "3");
    for (int release = 1; release <= 3; release++) {
      // Whole-second times, as archives have: then bytes are compared, not times.
      holdfast.shell("find v" + release + " -exec touch -d @1700000000 {} +").exits(0);
      holdfast.run("apply", "-m", "release " + release, "v" + release, "live").exits(0);
    }
  }

  private List<String> ids(String... options) throws IOException, InterruptedException {
    String[] words = new String[options.length + 2];
    words[0] = "log";
    words[1] = "--json";
    System.arraycopy(options, 0, words, 2, options.length);
    return Json.lines(holdfast.run(words).exits(0).out()).stream()
        .map(transaction -> String.valueOf(transaction.get("id")))
        .toList();
  }

  @Test
  void logIsNewestFirst() throws IOException, InterruptedException {
    assertThat(ids()).containsExactly("3", "2", "1");
    assertThat(ids("-n", "2")).containsExactly("3", "2");
    assertThat(holdfast.run("log").exits(0).lines())
        .hasSize(3)
        .first()
        .asString()
        .contains("release 3");
  }

  @Test
  void logHasTheContractsKeys() throws IOException, InterruptedException {
    Map<String, @Nullable Object> newest =
        Json.lines(holdfast.run("log", "--json").exits(0).out()).getFirst();
    assertThat(newest)
        .containsKeys(
            "id",
            "state",
            "began",
            "finished",
            "user",
            "uid",
            "host",
            "command",
            "message",
            "roots",
            "operations",
            "undoes",
            "reason",
            "level",
            "exposure_us")
        .containsEntry("state", "applied")
        .containsEntry("message", "release 3")
        .containsEntry("command", "holdfast apply -m 'release 3' v3 live")
        .containsEntry("roots", List.of(live.toRealPath().toString()))
        .containsEntry("undoes", null);
  }

  @Test
  void logFilters() throws IOException, InterruptedException {
    assertThat(ids("--grep", "RELEASE 2")).containsExactly("2");
    assertThat(ids("--state", "rolled_back")).isEmpty();
    assertThat(ids("--state", "applied", "--since", "1h")).hasSize(3);
    assertThat(ids("--until", "2020-01-01")).isEmpty();
    assertThat(ids("--user", "nobody-of-this-name")).isEmpty();
    assertThat(ids("live")).hasSize(3);
    assertThat(ids("live/b")).containsExactly("3", "1");
    assertThat(ids("live/c")).containsExactly("3");
    assertThat(ids("live/none")).isEmpty();
  }

  @Test
  void logFindsTheLastTransactionOfEachPath() throws IOException, InterruptedException {
    List<Map<String, @Nullable Object>> found =
        Json.lines(holdfast.run("log", "--json", "--last-per-path").exits(0).out());
    assertThat(found).extracting(t -> t.get("id")).startsWith("3", "2");
    assertThat(found.get(1).get("paths")).asString().contains("live/a").doesNotContain("live/b");
  }

  @Test
  void logSurvivesAReaderThatLeaves() throws IOException, InterruptedException {
    Invoked piped = holdfast.shell("{ $HOLDFAST log; echo $? >&2; } | true; sleep 0").exits(0);
    assertThat(piped.err()).isEqualTo("0\n");
  }

  @Test
  void showHasEachOperation() throws IOException, InterruptedException {
    assertThat(holdfast.run("show", "last").exits(0).lines())
        .contains("transaction 3  applied", "M b", "A c", "A c/d");
    Map<String, @Nullable Object> shown =
        Json.object(holdfast.run("show", "3", "--json").exits(0).out());
    assertThat(shown.get("operations"))
        .asString()
        .contains("kind=replace", "path=b", "kind=create", "path=c/d", "type=file", "mode=0644");
  }

  @Test
  void showHasAPatch() throws IOException, InterruptedException {
    assertThat(holdfast.run("show", "last~1", "--patch").exits(0).lines()).contains("-1", "+two");
    assertThat(
            Json.object(holdfast.run("show", "last~1", "--patch", "--json").exits(0).out())
                .get("patch"))
        .asString()
        .contains("+two");
  }

  @Test
  void questionsMakeNoJournal() throws IOException, InterruptedException {
    String absent = base.resolve("absent/state").toString();
    assertThat(holdfast.run("--state", absent, "log").exits(0).err()).contains("no journal in");
    assertThat(holdfast.run("--state", absent, "status", "--json").exits(0).out())
        .isEqualTo("{\"pending\":[],\"active\":[],\"roots\":[]}\n");
    holdfast.run("--state", absent, "recover", "--check").exits(0);
    holdfast.run("--state", absent, "show", "1").exits(5);
    holdfast.run("--state", absent, "undo", "1").exits(1);
    assertThat(base.resolve("absent")).doesNotExist();
  }

  @Test
  void transactionsThatAreNotThereAreNamed() throws IOException, InterruptedException {
    assertThat(holdfast.run("show", "99").exits(5).err()).contains("99");
    assertThat(holdfast.run("show", "last~3").exits(5).err()).contains("3");
    holdfast.run("show", "latest").exits(2);
  }

  @Test
  void statusNamesTheRoots() throws IOException, InterruptedException {
    Map<String, @Nullable Object> status =
        Json.object(holdfast.run("status", "--json").exits(0).out());
    assertThat(status).containsEntry("pending", List.of()).containsEntry("active", List.of());
    assertThat(status.get("roots")).asString().contains("live", "clean");
    assertThat(holdfast.run("status").exits(0).out()).startsWith("nothing is pending");
    holdfast.run("recover", "--check").exits(0);
    assertThat(holdfast.run("recover").exits(0).out()).isEqualTo("nothing is pending\n");
  }
}
