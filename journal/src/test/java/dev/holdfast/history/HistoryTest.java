package dev.holdfast.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalWriter;
import dev.holdfast.journal.Samples;
import dev.holdfast.journal.TransactionRecord;
import dev.holdfast.journal.TransactionState;
import dev.holdfast.journal.h2.H2Journal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The SQL history says what the journal says, and answers nothing but questions. */
final class HistoryTest {
  @TempDir private Path folder;
  private final Random random = new Random(4711);
  private H2Journal journal;

  @BeforeEach
  void open() throws IOException {
    journal =
        H2Journal.open(LinuxDisk.create(), AbsolutePath.of(folder.resolve("state").toString()));
    run(3);
  }

  @AfterEach
  void close() {
    journal.close();
  }

  private void run(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      try (JournalWriter writer = journal.write()) {
        TransactionRecord record = writer.begin(Samples.beginning(random, "because " + i));
        writer.decide(Samples.plan(record, writer.journal(), 3, random));
        writer.advance(record.sequence(), TransactionState.APPLIED, Samples.outcome(null));
        writer.force();
      }
    }
  }

  private List<List<@Nullable Object>> ask(String sql) throws IOException {
    try (History history = History.open(LinuxDisk.create(), journal)) {
      return ask(history, sql);
    }
  }

  private static List<List<@Nullable Object>> ask(History history, String sql) throws IOException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    history.query(
        sql,
        new History.Rows() {
          @Override
          public void columns(List<String> labels) {}

          @Override
          public void row(List<@Nullable Object> values) {
            rows.add(values);
          }
        });
    return rows;
  }

  private static Object only(List<List<@Nullable Object>> rows) {
    assertThat(rows).hasSize(1);
    return String.valueOf(rows.getFirst().getFirst());
  }

  private String count() throws IOException {
    return String.valueOf(only(ask("SELECT COUNT(*) FROM transactions")));
  }

  private Path file(String name) {
    return folder.resolve("state/history").resolve(name);
  }

  @Test
  void whatEndsIsThereTheNextTimeItIsAsked() throws IOException {
    assertThat(count()).isEqualTo("3");
    assertThat(only(ask("SELECT COUNT(*) FROM operations"))).isEqualTo("9");
    run(2);
    assertThat(count()).isEqualTo("5");
    assertThat(only(ask("SELECT MAX(last_transaction) FROM roots"))).isEqualTo("5");
    try (JournalWriter writer = journal.write()) {
      writer.prune(List.of(2L));
    }
    assertThat(only(ask("SELECT id FROM transactions WHERE pruned"))).isEqualTo("2");
  }

  @Test
  void whatHasNotEndedIsNotThere() throws IOException {
    try (JournalWriter writer = journal.write()) {
      writer.begin(Samples.beginning(random, "still running"));
    }
    assertThat(count()).isEqualTo("3");
  }

  @Test
  void itIsMadeAnewWhereItIsNotWhatItWas() throws IOException {
    assertThat(count()).isEqualTo("3");
    Files.delete(file("stamp"));
    assertThat(count()).isEqualTo("3");
    Files.write(file("history.mv.db"), new byte[100], StandardOpenOption.TRUNCATE_EXISTING);
    run(1);
    assertThat(count()).isEqualTo("4");
    Files.write(file("history.mv.db"), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    assertThat(count()).isEqualTo("4");
    String stamp = Files.readString(file("stamp"));
    Files.writeString(file("stamp"), stamp.replaceAll("[0-9a-f]{64}", "0".repeat(64)));
    assertThat(count()).isEqualTo("4");
    try (Stream<Path> all = Files.list(file("."))) {
      for (Path each : all.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(folder.resolve("state/history"));
    assertThat(count()).isEqualTo("4");
  }

  @Test
  void aFileThatOthersCouldHaveWrittenIsNotOpenedButReplaced() throws IOException {
    assertThat(count()).isEqualTo("3");
    Path another = folder.resolve("another");
    Files.createLink(another, file("history.mv.db"));
    Files.write(another, "no database".getBytes(UTF_8));
    assertThat(count()).isEqualTo("3");
    assertThat(another).hasContent("no database");
    assertThat(Files.getAttribute(file("history.mv.db"), "unix:nlink")).isEqualTo(1);
  }

  @Test
  void twoAskAtOnce() throws IOException {
    try (History first = History.open(LinuxDisk.create(), journal)) {
      run(1); // the second finds the file out of date, and in use
      try (History second = History.open(LinuxDisk.create(), journal)) {
        assertThat(only(ask(first, "SELECT COUNT(*) FROM transactions"))).isEqualTo("3");
        assertThat(only(ask(second, "SELECT COUNT(*) FROM transactions"))).isEqualTo("4");
      }
    }
  }

  private static final class Enough extends IOException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  @Timeout(60)
  void rowsComeAsTheyAreFound() throws IOException {
    run(10);
    String many =
        "SELECT * FROM operations"
            + " CROSS JOIN operations AS o%d".repeat(6).formatted(1, 2, 3, 4, 5, 6);
    try (History history = History.open(LinuxDisk.create(), journal)) {
      int[] left = {1000};
      assertThatThrownBy(() ->
              history.query(
                  many.replace("SELECT *", "SELECT operations.path"),
                  new History.Rows() {
                    @Override
                    public void columns(List<String> labels) {}

                    @Override
                    public void row(List<@Nullable Object> values) throws IOException {
                      if (--left[0] == 0) {
                        throw new Enough();
                      }
                    }
                  }))
          .isInstanceOf(Enough.class);
      assertThat(only(ask(history, "SELECT COUNT(*) FROM transactions"))).isEqualTo("13");
    }
  }

  @Test
  void whoFindsItHeldHasAFileOfItsOwnThatGoesWithIt() throws IOException {
    assertThat(count()).isEqualTo("3");
    try (History held = History.open(LinuxDisk.create(), journal)) {
      run(2);
      try (History own = History.open(LinuxDisk.create(), journal)) {
        assertThat(only(ask(own, "SELECT COUNT(*) FROM transactions"))).isEqualTo("5");
        assertThat(only(ask(own, "SELECT DATABASE_PATH()"))).isNotEqualTo("null");
        assertThat(only(ask(held, "SELECT COUNT(*) FROM transactions"))).isEqualTo("3");
      }
    }
    try (Stream<Path> all = Files.list(file("."))) {
      assertThat(all.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("history.mv.db", "lock", "stamp");
    }
    assertThat(count()).isEqualTo("5");
  }

  @Test
  void whoLookedAtTheJournalBeforeOthersWroteMoreDoesNotMakeItAnew() throws IOException {
    assertThat(count()).isEqualTo("3");
    Object inode = Files.getAttribute(file("history.mv.db"), "unix:ino");
    boolean[] first = {true};
    Journal slow =
        (Journal)
            Proxy.newProxyInstance(
                Journal.class.getClassLoader(),
                new Class<?>[] {Journal.class},
                (_, method, arguments) -> {
                  Object result = method.invoke(journal, arguments);
                  if (method.getName().equals("read") && first[0]) {
                    first[0] = false;
                    run(2);
                    assertThat(count()).isEqualTo("5");
                  }
                  return result;
                });
    try (History history = History.open(LinuxDisk.create(), slow)) {
      assertThat(only(ask(history, "SELECT COUNT(*) FROM transactions"))).isEqualTo("5");
    }
    assertThat(Files.getAttribute(file("history.mv.db"), "unix:ino")).isEqualTo(inode);
  }

  @Test
  void thePlansAreByIndex() throws IOException {
    assertThat(only(ask("EXPLAIN SELECT * FROM operations WHERE path = 'x'")).toString())
        .containsIgnoringCase("operations_path");
    assertThat(only(ask("EXPLAIN SELECT * FROM transactions WHERE user_name = 'x'")).toString())
        .containsIgnoringCase("transactions_user");
    assertThat(
            only(ask(
                    "EXPLAIN SELECT * FROM transactions WHERE began > TIMESTAMP '2026-01-01"
                        + " 00:00:00'"))
                .toString())
        .containsIgnoringCase("transactions_began");
  }

  @Test
  void theExportHasEveryRow() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (History history = History.open(LinuxDisk.create(), journal)) {
      history.export(out);
    }
    String text = out.toString(UTF_8);
    assertThat(text.lines().filter(line -> line.startsWith("INSERT INTO transactions"))).hasSize(3);
    assertThat(text.lines().filter(line -> line.startsWith("INSERT INTO operations"))).hasSize(9);
  }

  /** TARGET is a path in the test's folder. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM transactions",
        "INSERT INTO roots VALUES (9, 'x', NULL, 1, 1)",
        "UPDATE transactions SET message = 'x'",
        "DROP TABLE transactions",
        "TRUNCATE TABLE operations",
        "CREATE TABLE x(y INT)",
        "CREATE LOCAL TEMPORARY TABLE x(y INT)",
        "CREATE ALIAS x FOR 'java.lang.System.getProperty'",
        "CREATE ALIAS x AS 'String x() { return \"y\"; }'",
        "CREATE TRIGGER x BEFORE SELECT ON roots AS 'x'",
        "CREATE LINKED TABLE x('', 'jdbc:h2:mem:y', 'sa', '', 'z')",
        "CREATE USER x PASSWORD 'y' ADMIN",
        "ALTER USER reader ADMIN TRUE",
        "ALTER USER holdfast SET PASSWORD 'x'",
        "GRANT ALL ON transactions TO reader",
        "CREATE SCHEMA x",
        "CREATE VIEW x AS SELECT 1",
        "SELECT FILE_READ('/etc/passwd')",
        "SELECT FILE_READ('TARGET')",
        "SELECT FILE_WRITE('x', 'TARGET')",
        "SELECT * FROM CSVREAD('/etc/passwd')",
        "CALL CSVWRITE('TARGET', 'SELECT 1')",
        "SELECT CSVWRITE('TARGET', 'SELECT 1')",
        "SELECT * FROM LINK_SCHEMA('X', '', 'jdbc:h2:mem:y', 'sa', '', 'PUBLIC')",
        "RUNSCRIPT FROM 'TARGET'",
        "SCRIPT TO 'TARGET'",
        "SCRIPT",
        "BACKUP TO 'TARGET'",
        "SHUTDOWN",
        "SET PASSWORD 'x'",
        "SET TRACE_LEVEL_FILE 3",
        "SET ALLOW_LITERALS NONE",
        "SET MODE PostgreSQL",
        "SELECT 1; DROP TABLE transactions",
        "SELECT 1; CREATE TABLE x(y INT)",
        "SELECT * FROM transactions FOR UPDATE",
        "MERGE INTO roots VALUES (1, 'x', NULL, 1, 1)",
        "SELECT * FROM FINAL TABLE (DELETE FROM transactions)",
        "SELECT * FROM FINAL TABLE (INSERT INTO roots VALUES (9, 'x', NULL, 1, 1))",
        "EXPLAIN ANALYZE DELETE FROM transactions",
        "WITH x AS (SELECT 1) DELETE FROM transactions",
        "CALL ABORT_SESSION(1)",
        "",
        "nonsense"
      })
  void whatIsNoQuestionIsNotAnswered(String sql) throws IOException {
    Path target = folder.resolve("target");
    Files.writeString(target, "secret");
    Path fresh = folder.resolve("fresh");
    String before = count();
    byte[] file = Files.readAllBytes(file("history.mv.db"));
    for (Path path : List.of(target, fresh)) {
      boolean refused = false;
      try {
        List<List<@Nullable Object>> rows = ask(sql.replace("TARGET", path.toString()));
        // Where H2 does answer, it must have been by our tables alone.
        assertThat(rows.toString()).doesNotContain("secret").doesNotContain("root:");
      } catch (IOException e) {
        refused = true;
      }
      if (!sql.contains("FOR UPDATE") && !sql.startsWith("SELECT 1;")) {
        assertThat(refused).as(sql).isTrue();
      }
    }
    assertThat(count()).isEqualTo(before);
    assertThat(only(ask("SELECT COUNT(*) FROM operations"))).isEqualTo("9");
    assertThat(Files.readAllBytes(file("history.mv.db"))).isEqualTo(file);
    assertThat(target).hasContent("secret");
    assertThat(fresh).doesNotExist();
  }
}
