package dev.holdfast.history;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.ChainEntry;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalView;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The history as an SQL database, derived from the journal and brought up to date when it is
 * opened. It is never asked what is true: if it is missing, half written, of another journal or of
 * one that went on otherwise, it is made anew (hole 43).
 *
 * <p>What people ask is asked as a user who may read our tables and nothing else: such a user can't
 * define functions, reach files, classes or other databases, or change settings; and the file is
 * open for reading only. Not safe for several threads.
 */
public final class History implements AutoCloseable {
  private static final int VERSION = 1;
  private static final String SCHEMA = "V001__history.sql";
  private static final EntryName DIRECTORY = EntryName.of("history");
  private static final EntryName LOCK = EntryName.of("lock");
  private static final EntryName DATABASE = EntryName.of("history.mv.db");
  private static final EntryName FRESH = EntryName.of("history.new");
  private static final EntryName STAMP = EntryName.of("stamp");
  private static final EntryName FRESH_STAMP = EntryName.of("stamp.new");
  private static final String OWNER = "HOLDFAST";
  private static final String READER = "READER";
  private static final String SETTINGS =
      ";FILE_LOCK=NO;TRACE_LEVEL_FILE=0;TRACE_LEVEL_SYSTEM_OUT=0;DB_CLOSE_ON_EXIT=FALSE"
          + ";MAX_COMPACT_TIME=0";
  private static final int OTHERS = 077;
  private static final int TRIES = 3;
  private static final long PATIENCE_MILLIS = 3000;
  private static final long STEP_MILLIS = 20;

  private final Connection reader;
  private final Connection keeper;
  private final @Nullable DiskLock lock;
  private final DiskFile file;
  private final String name;

  private History(
      Connection reader, Connection keeper, @Nullable DiskLock lock, DiskFile file, String name) {
    this.reader = reader;
    this.keeper = keeper;
    this.lock = lock;
    this.file = file;
    this.name = name;
  }

  /** Takes the rows of an answer. */
  public interface Rows {
    /** Says what the columns are called; called once, before the first row. */
    void columns(List<String> labels) throws IOException;

    /** Takes a row: texts, numbers, booleans and nulls. */
    void row(List<@Nullable Object> values) throws IOException;
  }

  /** The journal up to which the database was written. */
  private record Stamp(String journal, ChainHead head, long transactions) {
    String text() {
      return "holdfast-history "
          + VERSION
          + "\n"
          + journal
          + "\n"
          + head.records()
          + "\n"
          + head.digest()
          + "\n"
          + transactions
          + "\n";
    }
  }

  /** Returns the statements that make the tables. */
  public static String schema() {
    try (InputStream in = History.class.getResourceAsStream(SCHEMA)) {
      if (in == null) {
        throw new IllegalStateException("not packaged: " + SCHEMA);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Brings the database of a journal up to date, and opens it. */
  public static History open(Disk disk, Journal journal) throws IOException {
    AbsolutePath state = journal.directory();
    long asked;
    try (JournalView view = journal.read()) {
      asked = view.head().records();
    }
    try (Directory parent = disk.openDirectory(state)) {
      if (parent.stat(DIRECTORY).isEmpty()) {
        parent.makeDirectory(DIRECTORY, 0700);
      }
      try (Directory directory = parent.directory(DIRECTORY)) {
        requireOurs(disk, directory.stat(), state);
        if (directory.stat(LOCK).isEmpty()) {
          try {
            directory.create(LOCK, 0600).close();
          } catch (IOException e) {
            if (directory.stat(LOCK).isEmpty()) {
              throw e;
            }
          }
        }
        return open(disk, directory, journal, asked);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The journal is looked at under a lock only: what has a stamp is never newer than the look. */
  private static History open(Disk disk, Directory directory, Journal journal, long asked)
      throws IOException, SQLException {
    for (int attempt = 1; attempt <= TRIES; attempt++) {
      DiskLock shared = lock(directory, LockMode.SHARED).orElse(null);
      if (shared == null) {
        break;
      }
      try (JournalView view = journal.read()) {
        if (isCurrent(directory, view, asked)) {
          return openFile(disk, directory, shared);
        }
      } catch (IOException | SQLException | RuntimeException e) {
        shared.close();
        if (attempt == TRIES) {
          throw e;
        }
        discard(directory);
        continue;
      }
      shared.close();
      try (DiskLock exclusive = lock(directory, LockMode.EXCLUSIVE).orElse(null)) {
        if (exclusive == null) {
          break;
        }
        try (JournalView view = journal.read()) {
          if (!isCurrent(directory, view, asked)) {
            update(disk, directory, view);
          }
        }
      }
    }
    try (JournalView view = journal.read()) {
      return openPrivate(directory, view); // others hold the file
    }
  }

  private static Optional<DiskLock> lock(Directory directory, LockMode mode) throws IOException {
    for (long waited = 0; ; waited += STEP_MILLIS) {
      Optional<DiskLock> lock = directory.tryLock(LOCK, mode);
      if (lock.isPresent() || waited >= PATIENCE_MILLIS) {
        return lock;
      }
      try {
        Thread.sleep(STEP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.empty();
      }
    }
  }

  private static void requireOurs(Disk disk, Stat stat, AbsolutePath state) throws IOException {
    if (stat.uid() != disk.host().uid() || (stat.mode() & OTHERS) != 0) {
      throw new IOException(
          "refused " + state + "/" + DIRECTORY + ", which has to be ours alone; remove it");
    }
  }

  /** Opening a database can run what is in it, so it has to be ours. */
  private static void requireOurs(Disk disk, Stat stat) throws IOException {
    if (!stat.isFile()
        || stat.links() != 1
        || stat.uid() != disk.host().uid()
        || (stat.mode() & OTHERS) != 0) {
      throw new IOException("the history's file is not ours alone; remove it");
    }
  }

  // ---- keeping it up to date -------------------------------------------------------------------

  private static Optional<Stamp> stamp(Directory directory, JournalView view) throws IOException {
    if (directory.stat(STAMP).isEmpty() || directory.stat(DATABASE).isEmpty()) {
      return Optional.empty();
    }
    String text;
    try (DiskFile stamp = directory.openToRead(STAMP)) {
      ByteBuffer buffer = ByteBuffer.allocate(1024);
      stamp.read(0, buffer);
      text = new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }
    String[] lines = text.split("\n", -1);
    if (lines.length != 6
        || !lines[0].equals("holdfast-history " + VERSION)
        || !lines[1].equals(view.journal().toString())
        || !lines[2].matches("[0-9]{1,18}")
        || !lines[4].matches("[0-9]{1,18}")) {
      return Optional.empty();
    }
    long records = Long.parseLong(lines[2]);
    if (records < 1 || records > view.head().records()) {
      return Optional.empty();
    }
    Iterator<ChainEntry> at = view.entries(records);
    ChainHead head = at.hasNext() ? at.next().head() : null;
    return head != null && head.digest().toString().equals(lines[3])
        ? Optional.of(new Stamp(lines[1], head, Long.parseLong(lines[4])))
        : Optional.empty();
  }

  /** Returns whether all that had ended at record {@code asked} is there. */
  private static boolean isCurrent(Directory directory, JournalView view, long asked)
      throws IOException {
    return stamp(directory, view)
        .filter(stamp -> stamp.head().records() >= asked || hasNothingAfter(stamp, view))
        .isPresent();
  }

  private static boolean hasNothingAfter(Stamp stamp, JournalView view) {
    try {
      for (Iterator<ChainEntry> all = view.entries(stamp.head().records() + 1); all.hasNext(); ) {
        ChainEntry entry = all.next();
        if (entry.isEnd() || entry.kind() == ChainEntry.Kind.PRUNED) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is not sure to be what the stamp says has no stamp. */
  private static void update(Disk disk, Directory directory, JournalView view)
      throws IOException, SQLException {
    Stamp before = stamp(directory, view).orElse(null);
    if (directory.stat(STAMP).isPresent()) {
      directory.unlink(STAMP);
      directory.sync();
    }
    long transactions = -1;
    if (before != null) {
      try {
        transactions = write(disk, directory, DATABASE, view, before.head().records() + 1, before);
      } catch (SQLException e) {
        transactions = -1; // whatever is wrong with it: it is made anew
      }
    }
    if (transactions < 0) {
      if (directory.stat(FRESH).isPresent()) {
        directory.unlink(FRESH);
      }
      directory.create(FRESH, 0600).close();
      transactions = write(disk, directory, FRESH, view, 1, null);
      directory.renameOver(FRESH, directory, DATABASE);
    }
    writeStamp(directory, new Stamp(view.journal().toString(), view.head(), transactions));
  }

  private static void writeStamp(Directory directory, Stamp stamp) throws IOException {
    if (directory.stat(FRESH_STAMP).isPresent()) {
      directory.unlink(FRESH_STAMP);
    }
    try (DiskFile file = directory.create(FRESH_STAMP, 0600)) {
      file.write(0, ByteBuffer.wrap(stamp.text().getBytes(StandardCharsets.UTF_8)));
      file.sync();
    }
    directory.renameOver(FRESH_STAMP, directory, STAMP);
    directory.sync();
  }

  private static void discard(Directory directory) throws IOException {
    try (DiskLock exclusive = lock(directory, LockMode.EXCLUSIVE).orElse(null)) {
      if (exclusive != null && directory.stat(STAMP).isPresent()) {
        directory.unlink(STAMP);
        directory.sync();
      }
    }
  }

  /** Adds what is new; returns how many transactions there are then, or -1 for a bad database. */
  private static long write(
      Disk disk,
      Directory directory,
      EntryName file,
      JournalView view,
      long first,
      @Nullable Stamp before)
      throws IOException, SQLException {
    try (DiskFile opened = directory.openToWrite(file)) {
      requireOurs(disk, opened.stat());
      long transactions = write(opened, view, first, before);
      opened.sync();
      return transactions;
    }
  }

  private static long write(DiskFile opened, JournalView view, long first, @Nullable Stamp before)
      throws IOException, SQLException {
    String name = HistoryFilePath.register(opened, true);
    try (Connection owner = connect(name + SETTINGS, OWNER)) {
      if (before == null) {
        makeTables(owner);
      } else if (count(owner) != before.transactions() || !isPlain(owner)) {
        return -1;
      }
      try (HistoryWriter writer = new HistoryWriter(owner)) {
        writer.add(view, first);
      }
      long transactions = count(owner);
      try (Statement end = owner.createStatement()) {
        end.execute("SHUTDOWN");
      }
      return transactions;
    } finally {
      HistoryFilePath.forget(name);
    }
  }

  private static Connection connect(String name, String user) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", user);
    Connection connection = new org.h2.Driver().connect("jdbc:h2:" + name, properties);
    if (connection == null) {
      throw new SQLException("no such database: " + name);
    }
    return connection;
  }

  private static void makeTables(Connection owner) throws SQLException {
    try (Statement statement = owner.createStatement()) {
      statement.execute(schema());
      statement.execute("CREATE USER " + READER + " PASSWORD '" + READER + "'");
      for (String table : List.of("transactions", "operations", "roots")) {
        statement.execute("GRANT SELECT ON " + table + " TO " + READER);
      }
    }
    owner.commit();
  }

  private static long count(Connection connection) throws SQLException {
    return number(connection, "SELECT COUNT(*) FROM transactions");
  }

  private static long number(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Returns whether there is nothing in it that could run code. */
  private static boolean isPlain(Connection owner) throws SQLException {
    return number(owner, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TRIGGERS") == 0
        && number(owner, "SELECT COUNT(*) FROM INFORMATION_SCHEMA.ROUTINES") == 0
        && number(
                owner,
                "SELECT COUNT(*) FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'PUBLIC'")
            == 3;
  }

  // ---- asking ----------------------------------------------------------------------------------

  private static History openFile(Disk disk, Directory directory, DiskLock lock)
      throws IOException, SQLException {
    DiskFile file = directory.openToRead(DATABASE);
    try {
      requireOurs(disk, file.stat());
      return openFile(file, lock);
    } catch (IOException | SQLException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static History openFile(DiskFile file, @Nullable DiskLock lock)
      throws IOException, SQLException {
    String name = HistoryFilePath.register(file, false);
    Connection owner = null;
    try {
      // Only the owner may choose settings, and read what could be hidden.
      owner = connect(name + SETTINGS + ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE", OWNER);
      if (!isPlain(owner)) {
        throw new IOException("the history's file is not of our making; remove it");
      }
      return new History(reader(name), owner, lock, file, name);
    } catch (IOException | SQLException | RuntimeException e) {
      if (owner != null) {
        owner.close();
      }
      HistoryFilePath.forget(name);
      throw e;
    }
  }

  /** Rows are handed on as they are found: a database that is only read keeps none on disk. */
  private static Connection reader(String name) throws SQLException {
    Connection reader = connect(name, READER);
    try (Statement statement = reader.createStatement()) {
      statement.execute("SET LAZY_QUERY_EXECUTION 1");
      return reader;
    } catch (SQLException e) {
      reader.close();
      throw e;
    }
  }

  /** A file without a name, which goes with the process: the memory may not hold so much. */
  private static History openPrivate(Directory directory, JournalView view)
      throws IOException, SQLException {
    EntryName name = EntryName.of("private-" + UUID.randomUUID());
    DiskFile file = directory.create(name, 0600);
    try {
      directory.unlink(name);
      write(file, view, 1, null);
      return openFile(file, null);
    } catch (IOException | SQLException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Answers a question.
   *
   * @throws IOException if it is not one statement that only reads, with what is wrong
   */
  public void query(String sql, Rows rows) throws IOException {
    try (PreparedStatement statement = reader.prepareStatement(sql)) {
      ResultSetMetaData about = statement.getMetaData();
      if (about == null) {
        throw new IOException("only what reads is answered: SELECT, WITH, VALUES");
      }
      statement.setFetchSize(1000);
      try (ResultSet result = statement.executeQuery()) {
        List<String> labels = new ArrayList<>();
        for (int i = 1; i <= about.getColumnCount(); i++) {
          labels.add(about.getColumnLabel(i));
        }
        rows.columns(labels);
        while (result.next()) {
          List<@Nullable Object> values = new ArrayList<>();
          for (int i = 1; i <= labels.size(); i++) {
            values.add(value(result, i));
          }
          rows.row(values);
        }
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Writes tables and rows as statements that other databases understand. */
  public void export(OutputStream stream) throws IOException {
    Writer out = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
    // Not all of them take a precision there; the values have all their digits.
    out.write(schema().replace("TIMESTAMP(9)", "TIMESTAMP"));
    out.write("\nBEGIN TRANSACTION;\n");
    try (Statement statement = reader.createStatement()) {
      for (String table : List.of("roots", "transactions", "operations")) {
        statement.setFetchSize(1000);
        try (ResultSet rows = statement.executeQuery("SELECT * FROM " + table)) {
          int columns = rows.getMetaData().getColumnCount();
          while (rows.next()) {
            out.write("INSERT INTO " + table + " VALUES (");
            for (int i = 1; i <= columns; i++) {
              out.write(i == 1 ? "" : ", ");
              out.write(literal(rows, i));
            }
            out.write(");\n");
          }
        }
      }
    } catch (SQLException e) {
      throw failed(e);
    }
    out.write("COMMIT;\n");
    out.flush();
  }

  private static String literal(ResultSet rows, int column) throws SQLException {
    Object value = rows.getObject(column);
    return switch (value) {
      case null -> "NULL";
      case Boolean flag -> flag ? "TRUE" : "FALSE";
      case Number number -> number.toString();
      case byte[] bytes -> "X'" + HexFormat.of().formatHex(bytes) + "'";
      default -> "'" + String.valueOf(value(rows, column)).replace("'", "''") + "'";
    };
  }

  private static @Nullable Object value(ResultSet result, int column) throws SQLException {
    Object value = result.getObject(column);
    return switch (value) {
      case null -> null;
      case Boolean _ -> value;
      case Number _ -> value;
      case OffsetDateTime time -> time.withOffsetSameInstant(ZoneOffset.UTC).toInstant().toString();
      case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
      default -> result.getString(column);
    };
  }

  private static IOException failed(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf("; SQL statement");
    return new IOException("the history: " + (end < 0 ? message : message.substring(0, end)), e);
  }

  /** Lets go. */
  @Override
  public void close() throws IOException {
    try {
      reader.close();
      keeper.close();
    } catch (SQLException e) {
      throw failed(e);
    } finally {
      HistoryFilePath.forget(name);
      file.close();
      if (lock != null) {
        lock.close();
      }
    }
  }
}
