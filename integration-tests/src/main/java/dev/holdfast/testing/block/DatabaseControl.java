package dev.holdfast.testing.block;

import dev.holdfast.selftest.power.Promise;
import dev.holdfast.selftest.power.Rig;
import dev.holdfast.selftest.power.Shell;
import dev.holdfast.selftest.power.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * SQLite, an independent program whose promises are known, in the ways in which it keeps them and
 * in those in which it does not.
 *
 * @param journal its journal mode
 * @param synchronous what it flushes
 */
record DatabaseControl(String journal, String synchronous) implements Workload {
  private static final int COMMITS = 40;
  private static final int ROWS = 5;

  @Override
  public String title() {
    return "sqlite-" + (journal + "-" + synchronous).toLowerCase(Locale.ROOT);
  }

  @Override
  public int devices() {
    return 1;
  }

  private static Path database(Rig rig) {
    return rig.point(0).resolve("data").resolve("base");
  }

  private String pragmas() {
    return "PRAGMA journal_mode=" + journal + "; PRAGMA synchronous=" + synchronous + ";\n";
  }

  @Override
  public void prepare(Rig rig) throws IOException {
    Files.createDirectory(rig.point(0).resolve("data"));
    Shell.succeed(
        "sqlite3",
        database(rig).toString(),
        "PRAGMA journal_mode="
            + journal
            + "; CREATE TABLE t (number INTEGER, row INTEGER, text TEXT);"
            + " CREATE INDEX i ON t (text);");
  }

  @Override
  public void run(Rig rig) throws IOException {
    Process process =
        new ProcessBuilder("sqlite3", "-batch", database(rig).toString())
            .redirectErrorStream(true)
            .start();
    try (OutputStream in = process.getOutputStream();
        BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      say(in, pragmas() + "SELECT 'ready';\n");
      expect(out, "ready");
      for (int number = 1; number <= COMMITS; number++) {
        rig.mark(Promise.begun(number));
        say(in, insertion(number) + "SELECT 'done " + number + "';\n");
        expect(out, "done " + number);
        rig.mark(Promise.acknowledged(number));
        Thread.sleep(7);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      Shell.waitFor(process);
    }
  }

  private static String insertion(int number) {
    StringBuilder text = new StringBuilder("BEGIN;");
    for (int row = 0; row < ROWS; row++) {
      text.append("INSERT INTO t VALUES (%d, %d, hex(randomblob(300)));".formatted(number, row));
    }
    return text.append("COMMIT;\n").toString();
  }

  private static void say(OutputStream in, String text) throws IOException {
    in.write(text.getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  private static void expect(BufferedReader out, String line) throws IOException {
    for (String read = out.readLine(); !line.equals(read); read = out.readLine()) {
      if (read == null || read.contains("rror")) {
        throw new IOException("sqlite3: " + read);
      }
    }
  }

  @Override
  public Outcome examine(Rig rig, Promise promise, boolean byProgram) throws IOException {
    Shell.Result result =
        Shell.run(
            "sqlite3",
            "-batch",
            database(rig).toString(),
            "PRAGMA integrity_check; SELECT count(*) FROM t;"
                + " SELECT coalesce(max(number), 0) FROM t;");
    List<String> lines = result.output().lines().toList();
    if (!result.succeeded() || lines.size() != 3 || !lines.getFirst().equals("ok")) {
      throw new AssertionError("damaged: " + result.output());
    }
    int state = Integer.parseInt(lines.get(2));
    if (Integer.parseInt(lines.get(1)) != state * ROWS
        || state < promise.least()
        || state > promise.most()) {
      throw new AssertionError(lines.get(1) + " rows, the last of commit " + state);
    }
    return new Outcome(false, state);
  }

  @Override
  public String toString() {
    return title();
  }
}
