package dev.holdfast.engine;

import dev.holdfast.history.History;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The history as SQL tables, derived from the journal. For questions only; closing it lets go of
 * the database. Not safe for several threads.
 */
public final class SqlHistory implements AutoCloseable {
  private final History history;

  SqlHistory(Engine engine) throws IOException {
    this.history = History.open(engine.environment().disk(), engine.journal());
  }

  /** Takes the rows of an answer. */
  public interface Rows {
    /** Says what the columns are called; called once, before the first row. */
    void columns(List<String> labels) throws IOException;

    /** Takes a row: texts, numbers, booleans and nulls. */
    void row(List<@Nullable Object> values) throws IOException;
  }

  /** Returns the statements that make the tables. */
  public static String schema() {
    return History.schema();
  }

  /**
   * Answers a question.
   *
   * @throws IOException if it is not one statement that only reads
   */
  public void query(String sql, Rows rows) throws IOException {
    history.query(
        sql,
        new History.Rows() {
          @Override
          public void columns(List<String> labels) throws IOException {
            rows.columns(labels);
          }

          @Override
          public void row(List<@Nullable Object> values) throws IOException {
            rows.row(values);
          }
        });
  }

  /** Writes tables and rows as statements that other databases understand. */
  public void export(OutputStream out) throws IOException {
    history.export(out);
  }

  @Override
  public void close() throws IOException {
    history.close();
  }
}
