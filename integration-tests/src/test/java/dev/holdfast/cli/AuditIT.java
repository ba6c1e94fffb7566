package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that audit, as processes; judged by a checker that shares no line with them. */
final class AuditIT {
  private static final String HOSTILE = "</script><img src=x onerror=alert(1)>";

  @TempDir static Path base;
  private static Installed holdfast;
  private static Path work;

  @BeforeAll
  static void makeAHistory() throws IOException, InterruptedException {
    holdfast = new Installed(base);
    work = holdfast.folder();
    Tree.write(work.resolve("v1"), "a", "one\n", "b", "1\n");
    Tree.write(work.resolve("v2"), "a", "two " + HOSTILE + "\n", "b", "1\n");
    Files.writeString(work.resolve("v2").resolve("<b>.txt"), "x");
    holdfast.run("apply", "-m", "release 1", "v1", "live").exits(0);
    holdfast.run("apply", "--redact", "-m", HOSTILE, "v2", "live").exits(0);
    holdfast.run("undo", "last").exits(0);
  }

  private static Invoked check(Path export, Path anchor) throws IOException, InterruptedException {
    Path checker = work.resolve("check_export.py");
    try (InputStream in =
        Objects.requireNonNull(AuditIT.class.getResourceAsStream("check_export.py"))) {
      Files.write(checker, in.readAllBytes());
    }
    return holdfast.shell("python3 " + checker + " " + export + " " + anchor);
  }

  @Test
  void theIndependentCheckerFindsTheSameHeadAndEveryKindOfTampering()
      throws IOException, InterruptedException {
    Path anchor = work.resolve("anchor");
    Files.writeString(anchor, holdfast.run("audit", "anchor").exits(0).out());
    Path export = work.resolve("export.jsonl");
    Files.writeString(export, holdfast.run("audit", "export").exits(0).out());
    List<String> lines = Files.readAllLines(export);

    String head = Files.readString(anchor).strip().split(" ", -1)[4];
    assertThat(check(export, anchor).exits(0).out()).contains(head);
    holdfast.run("audit", "check", "--anchor", "anchor").exits(0);

    List<List<String>> tampered =
        List.of(
            without(lines, 3),
            without(lines, lines.size() - 2),
            lines.subList(0, lines.size() - 3),
            swapped(lines, 4, 5),
            doubled(lines, 4),
            changed(lines, 2));
    for (List<String> each : tampered) {
      Path file = work.resolve("tampered.jsonl");
      Files.write(file, each);
      check(file, anchor).exits(1);
    }
  }

  private static List<String> without(List<String> lines, int index) {
    List<String> copy = new ArrayList<>(lines);
    copy.remove(index);
    return copy;
  }

  private static List<String> swapped(List<String> lines, int one, int other) {
    List<String> copy = new ArrayList<>(lines);
    Collections.swap(copy, one, other);
    return copy;
  }

  private static List<String> doubled(List<String> lines, int index) {
    List<String> copy = new ArrayList<>(lines);
    copy.add(index, copy.get(index));
    return copy;
  }

  private static List<String> changed(List<String> lines, int index) {
    List<String> copy = new ArrayList<>(lines);
    int at = copy.get(index).indexOf("\"canonical\":\"") + 30;
    char old = copy.get(index).charAt(at);
    copy.set(
        index,
        copy.get(index).substring(0, at)
            + (old == 'A' ? 'B' : 'A')
            + copy.get(index).substring(at + 1));
    return copy;
  }

  @Test
  void aCutTailIsFoundByAnAnchorAndByTheRoot() throws IOException, InterruptedException {
    Path other = Files.createDirectory(base.resolve("cut"));
    Installed program = new Installed(other);
    Tree.write(program.folder().resolve("v"), "a", "1");
    program.run("apply", "v", "live").exits(0);
    Path epoch = other.resolve("state/journal/epoch-000001");
    byte[] early = Files.readAllBytes(epoch);
    Tree.write(program.folder().resolve("v"), "a", "22");
    program.run("apply", "v", "live").exits(0);
    Files.writeString(
        program.folder().resolve("anchor"), program.run("audit", "anchor").exits(0).out());
    Files.write(epoch, early);

    assertThat(program.run("audit", "check", "--anchor", "anchor").exits(1).out())
        .contains("it ends at record");
    assertThat(program.run("audit", "check").exits(1).out()).contains("has seen transaction 2");
  }

  @Test
  void aRedactedCommandLineIsNowhere() throws IOException, InterruptedException {
    Map<String, @Nullable Object> shown =
        Json.lines(holdfast.run("--json", "show", "2").exits(0).out()).getFirst();
    assertThat(shown).containsEntry("command", "holdfast apply '[redacted]'");
    assertThat(shown).containsKeys("sudo_user", "parent_pid", "boot_id", "barrier", "isolation");
  }

  @Test
  void sqlAnswersInThreeForms() throws IOException, InterruptedException {
    String question = "SELECT id, message FROM transactions WHERE id = 1";
    assertThat(holdfast.run("sql", question).exits(0).lines())
        .containsExactly("id  message", "1   release 1");
    assertThat(holdfast.run("sql", "--csv", question).exits(0).lines())
        .containsExactly("id,message", "1,release 1");
    assertThat(holdfast.run("--json", "sql", question).exits(0).out().strip())
        .isEqualTo("{\"id\":1,\"message\":\"release 1\"}");
    holdfast.run("sql", "DELETE FROM transactions").exits(5);
    holdfast.run("sql", "--export", "history.sql").exits(0);
    assertThat(
            holdfast
                .shell(
                    "python3 -c \"import sqlite3; c=sqlite3.connect(':memory:');"
                        + " c.executescript(open('history.sql').read());"
                        + " print(c.execute('select count(*) from transactions').fetchone()[0])\"")
                .exits(0)
                .out()
                .strip())
        .isEqualTo("3");
  }

  @Test
  void theReportHoldsNoMarkupOfOthers() throws IOException, InterruptedException {
    holdfast.run("report", "-o", "report.html").exits(0);
    String page = Files.readString(work.resolve("report.html"));
    assertThat(page).contains("default-src 'none'").doesNotContain("<img").doesNotContain("http:");
    assertThat(page.split("</script>", -1).length).isEqualTo(page.split("<script", -1).length);
    assertThat(page).contains("onerror=alert(1)"); // as text, in the data
  }

  @Test
  void driftIsFoundAcceptedAndPutBack() throws IOException, InterruptedException {
    Path other = Files.createDirectory(base.resolve("drift"));
    Installed program = new Installed(other);
    Tree.write(program.folder().resolve("v"), "a", "1", "b", "1");
    program.run("apply", "v", "live").exits(0);
    Path live = program.folder().resolve("live");
    program.run("verify").exits(0);
    Files.writeString(live.resolve("a"), "an editor's");
    Files.setPosixFilePermissions(live.resolve("b"), PosixFilePermissions.fromString("rw-------"));

    assertThat(program.run("verify", "live").exits(1).lines()).containsExactly("M a", "m b");
    program.run("accept", "live/a").exits(2);
    program.run("accept", "-m", "hotfix", "live/a").exits(0);
    assertThat(program.run("verify").exits(1).lines()).containsExactly("m b");
    program.run("restore", "live/b").exits(0);
    assertThat(program.run("verify", "--checksum").exits(0).out()).isEmpty();
  }

  @Test
  void whatWasAppliedIsPutBackFromWhereItStillLies() throws IOException, InterruptedException {
    Path other = Files.createDirectory(base.resolve("restore"));
    Installed program = new Installed(other);
    Path folder = program.folder();
    Path live = folder.resolve("live");
    Tree.write(folder.resolve("v"), "a", "1", "b", "1", "d/c", "1");
    program.run("apply", "v", "live").exits(0);
    Map<String, String> committed = entries(live);
    Files.writeString(live.resolve("a"), "2");
    Files.delete(live.resolve("d/c"));
    Files.delete(live.resolve("d"));

    program.run("restore", "live").exits(0);
    assertThat(entries(live)).isEqualTo(committed);
    assertThat(program.run("verify", "--checksum").exits(0).out()).isEmpty();

    Files.writeString(live.resolve("b"), "2");
    Files.writeString(folder.resolve("v/b"), "3");
    assertThat(program.run("restore", "live/b").exits(3).err()).contains("live/b was committed by");
    assertThat(Files.readString(live.resolve("b"))).isEqualTo("2");
    Tree.write(folder.resolve("backup"), "b", "1");
    program.run("restore", "--from", "backup", "live/b").exits(0);
    assertThat(entries(live)).isEqualTo(committed);
  }

  /** All but the root itself: when something was last changed in it is nobody's. */
  private static Map<String, String> entries(Path live) throws IOException {
    Map<String, String> entries = Tree.of(live);
    entries.remove("");
    return entries;
  }

  @Test
  void refusalsGoToTheSystemsLogAndTransactionsIfWanted() throws IOException, InterruptedException {
    Path other = Files.createDirectory(base.resolve("syslog"));
    Installed program = new Installed(other);
    Path bin = Files.createDirectory(other.resolve("bin"));
    Path lines = other.resolve("lines");
    Path logger = bin.resolve("logger");
    Files.writeString(logger, "#!/bin/sh\nprintf '%s\\n' \"$*\" >> " + lines + "\n");
    Files.setPosixFilePermissions(logger, PosixFilePermissions.fromString("rwxr-xr-x"));
    program.with("PATH", bin + ":" + System.getenv("PATH"));
    Tree.write(program.folder().resolve("v"), "a", "1");
    program.run("apply", "v", "live").exits(0);
    assertThat(lines).doesNotExist();
    program.run("undo", "7").exits(1);
    assertThat(Files.readString(lines))
        .contains("-p user.warning")
        .contains("there is no transaction 7");
    program.run("undo", "1", "--syslog", "-m", "away").exits(0);
    assertThat(Files.readString(lines)).contains("user.notice").contains("transaction 2: undo");
    program.run("apply", "v", "live").exits(0);
    program
        .run("run", "--root", "live", "--isolate", "copy", "--syslog", "-m", "by hand")
        .exits(125); // no command
    String script = "echo 2 > \"$HOLDFAST_ROOT\"/a";
    program
        .run("run", "--root", "live", "--isolate", "copy", "--syslog", "--", "sh", "-c", script)
        .exits(0);
    assertThat(Files.readAllLines(lines).getLast()).contains("user.notice").contains(": run, ");
  }
}
