package dev.holdfast.history;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.journal.Beginning;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.Facts;
import dev.holdfast.journal.FileOperation;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.Outcome;
import dev.holdfast.journal.Plan;
import dev.holdfast.journal.TransactionRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts transactions that have ended into the tables. */
final class HistoryWriter implements AutoCloseable {
  private static final int TOGETHER = 500;

  private final Connection connection;
  private final PreparedStatement transactions;
  private final PreparedStatement operations;
  private final Map<AbsolutePath, Integer> roots = new HashMap<>();
  private int pending;

  HistoryWriter(Connection connection) throws SQLException {
    this.connection = connection;
    connection.setAutoCommit(false);
    this.transactions = connection.prepareStatement(insert("transactions", 30));
    this.operations = connection.prepareStatement(insert("operations", 24));
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, path, path_bytes FROM roots")) {
      while (rows.next()) {
        byte[] exact = rows.getBytes(3);
        roots.put(
            exact == null ? AbsolutePath.of(rows.getString(2)) : AbsolutePath.of(exact),
            rows.getInt(1));
      }
    }
  }

  private static String insert(String table, int columns) {
    return "INSERT INTO " + table + " VALUES (" + "?, ".repeat(columns - 1) + "?)";
  }

  /** Adds everything from record {@code first} on, and commits it. */
  void add(JournalView view, long first) throws IOException, SQLException {
    try {
      for (Iterator<ChainEntry> all = view.entries(first); all.hasNext(); ) {
        ChainEntry entry = all.next();
        if (entry.isEnd()) {
          long sequence = entry.transactions().getFirst();
          TransactionRecord record =
              view.find(sequence)
                  .orElseThrow(() -> new IOException("transaction " + sequence + " is missing"));
          add(record, view.plan(sequence).orElse(null));
        } else if (entry.kind() == ChainEntry.Kind.PRUNED) {
          prune(entry.transactions());
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    flush();
  }

  private void prune(List<Long> sequences) throws SQLException {
    flush();
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE transactions SET pruned = TRUE WHERE id = ?")) {
      for (long sequence : sequences) {
        update.setLong(1, sequence);
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private void flush() throws SQLException {
    transactions.executeBatch();
    operations.executeBatch();
    connection.commit();
    pending = 0;
  }

  private void add(TransactionRecord record, @Nullable Plan plan) throws SQLException {
    Beginning begun = record.beginning();
    Outcome outcome = record.outcome();
    Instant ended = outcome == null ? begun.began() : outcome.at();
    Columns row = new Columns(transactions);
    row.number(record.sequence()).text(begun.id().text()).text(record.state().label());
    row.text(begun.origin().kind().label()).time(begun.began()).time(ended);
    row.number(ChronoUnit.MICROS.between(begun.began(), ended)).text(begun.user());
    row.number(Integer.toUnsignedLong(begun.uid()));
    row.number(begun.loginUid() < 0 ? null : (Long) begun.loginUid());
    row.text(begun.origin().sudoUser()).text(begun.host()).text(begun.bootId());
    row.number(begun.processId()).number(begun.origin().parentProcessId());
    row.text(words(begun.origin().parentCommand())).text(begun.workingDirectory());
    row.text(words(begun.command())).text(begun.message()).number(begun.undoes());
    List<Long> takesBack = begun.origin().takesBack();
    row.text(
        takesBack.isEmpty()
            ? null
            : takesBack.stream().map(String::valueOf).collect(Collectors.joining(" ")));
    row.text(outcome == null ? null : outcome.reason());
    row.text(outcome == null ? null : outcome.level()).text(begun.origin().isolation());
    row.text(outcome == null ? null : outcome.barrier());
    row.number(
        outcome == null || outcome.exposureMicros() < 0 ? null : (Long) outcome.exposureMicros());
    row.number(outcome == null || outcome.renames() < 0 ? null : (Long) (long) outcome.renames());
    row.flag(outcome != null && outcome.recovered()).flag(record.pruned());
    row.number((long) record.operations());
    transactions.addBatch();
    for (AbsolutePath root : begun.roots()) {
      root(root, record.sequence());
    }
    if (plan != null) {
      int position = 0;
      for (FileOperation operation : plan.operations()) {
        add(record.sequence(), position++, plan, operation);
      }
    }
    if (++pending >= TOGETHER) {
      flush();
    }
  }

  private int root(AbsolutePath root, long sequence) throws SQLException {
    Integer known = roots.get(root);
    if (known != null) {
      try (PreparedStatement update =
          connection.prepareStatement("UPDATE roots SET last_transaction = ? WHERE id = ?")) {
        update.setLong(1, sequence);
        update.setInt(2, known);
        update.executeUpdate();
      }
      return known;
    }
    int id = roots.size() + 1;
    roots.put(root, id);
    try (PreparedStatement insert = connection.prepareStatement(insert("roots", 5))) {
      Columns row = new Columns(insert);
      row.number((long) id).text(text(root.bytes())).exact(root.bytes());
      row.number(sequence).number(sequence);
      insert.executeUpdate();
    }
    return id;
  }

  private void add(long sequence, int position, Plan plan, FileOperation operation)
      throws SQLException {
    AbsolutePath root = plan.roots().get(operation.root()).path();
    AbsolutePath path = root.resolve(operation.path());
    Integer known = roots.get(root);
    Columns row = new Columns(operations);
    row.number(sequence).number((long) position).text(kind(operation));
    row.number((long) (known == null ? root(root, sequence) : known));
    row.text(text(path.bytes())).exact(path.bytes());
    RelativePath target = operation instanceof FileOperation.Move move ? move.to() : null;
    AbsolutePath to = target == null ? null : root.resolve(target);
    row.text(to == null ? null : text(to.bytes())).exact(to == null ? null : to.bytes());
    switch (operation) {
      case FileOperation.Create create -> row.facts(null).facts(create.after());
      case FileOperation.Replace replace -> row.facts(replace.before()).facts(replace.after());
      case FileOperation.Delete delete -> row.facts(delete.before()).facts(null);
      case FileOperation.Move move -> row.facts(move.before()).facts(move.before());
      case FileOperation.SetAttributes set -> row.facts(set.before()).facts(set.after());
    }
    operations.addBatch();
  }

  private static String kind(FileOperation operation) {
    return switch (operation) {
      case FileOperation.Create _ -> "create";
      case FileOperation.Replace _ -> "replace";
      case FileOperation.Delete _ -> "delete";
      case FileOperation.Move _ -> "move";
      case FileOperation.SetAttributes _ -> "attributes";
    };
  }

  private static String words(List<ByteString> words) {
    return words.stream().map(word -> text(word.bytes())).collect(Collectors.joining(" "));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The parameters of one row, in order. */
  private static final class Columns {
    private final PreparedStatement statement;
    private int next = 1;

    Columns(PreparedStatement statement) {
      this.statement = statement;
    }

    Columns text(@Nullable String value) throws SQLException {
      if (value == null) {
        statement.setNull(next++, Types.VARCHAR);
      } else {
        statement.setString(next++, value);
      }
      return this;
    }

    Columns number(@Nullable Long value) throws SQLException {
      if (value == null) {
        statement.setNull(next++, Types.BIGINT);
      } else {
        statement.setLong(next++, value);
      }
      return this;
    }

    Columns flag(boolean value) throws SQLException {
      statement.setBoolean(next++, value);
      return this;
    }

    Columns time(Instant value) throws SQLException {
      statement.setObject(next++, value.atOffset(ZoneOffset.UTC));
      return this;
    }

    /** Sets the bytes where they are no UTF-8, and nothing where they are. */
    Columns exact(byte @Nullable [] bytes) throws SQLException {
      if (bytes == null || isUtf8(bytes)) {
        statement.setNull(next++, Types.VARBINARY);
      } else {
        statement.setBytes(next++, bytes);
      }
      return this;
    }

    Columns facts(@Nullable Facts facts) throws SQLException {
      if (facts == null) {
        return text(null)
            .text(null)
            .number(null)
            .number(null)
            .number(null)
            .nullTime()
            .text(null)
            .text(null);
      }
      boolean link = facts.link() != null;
      text(type(facts.type())).text(link ? null : mode(facts.mode()));
      number(Integer.toUnsignedLong(facts.uid())).number(Integer.toUnsignedLong(facts.gid()));
      number(facts.type() == FileType.FILE ? (Long) facts.size() : null).time(facts.modified());
      text(facts.digest() == null ? null : facts.digest().toString());
      ByteString target = facts.link();
      return text(target == null ? null : HistoryWriter.text(target.bytes()));
    }

    private Columns nullTime() throws SQLException {
      statement.setNull(next++, Types.TIMESTAMP_WITH_TIMEZONE);
      return this;
    }

    private static String mode(int mode) {
      String digits = "000" + Integer.toOctalString(mode);
      return digits.substring(digits.length() - 4);
    }

    private static String type(FileType type) {
      return switch (type) {
        case FILE -> "file";
        case DIRECTORY -> "directory";
        case SYMLINK -> "symlink";
        case FIFO -> "fifo";
        case CHARACTER_DEVICE, BLOCK_DEVICE -> "device";
        case SOCKET -> "socket";
      };
    }

    private static boolean isUtf8(byte[] bytes) {
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        return true;
      } catch (CharacterCodingException _) {
        return false;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    transactions.close();
    operations.close();
  }
}
