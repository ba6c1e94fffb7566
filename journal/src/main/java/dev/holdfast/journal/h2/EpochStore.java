package dev.holdfast.journal.h2;

import dev.holdfast.journal.CanonicalReader;
import dev.holdfast.journal.CanonicalWriter;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.TransactionId;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * One epoch: H2's maps in an {@link EpochFile}.
 *
 * <p>{@code records} has every record, and after a decision its plan; {@code index} leads from a
 * transaction's number, and from its identity, to its records, and has the list of those that have
 * not ended. Two maps and not more, each growing at one end: so what a commit replaces lies in the
 * chunk before, and a small one takes a single block. What {@link #add} and its like change is
 * written by {@link #commit}, all of it in one chunk. Not safe for several threads.
 */
final class EpochStore implements AutoCloseable {
  /** The length of the hash in front of each record's bytes. */
  static final int DIGEST_LENGTH = 32;

  /** H2 splits a page that gets longer. A small commit takes one block, a middling one two. */
  private static final int PAGE_SIZE = 768;

  private static final int CACHE_MEGABYTES = 4;
  private static final byte[] NOTHING = {};

  /** Keys of {@code records}: a record's number times this, its plan one after it. */
  private static final int KEYS_PER_RECORD = 8;

  /** So many of a record's keys are there for empty values. */
  private static final int EMPTY_VALUES = 6;

  /** So many records are written once more, together. */
  private static final long RECORDS_TOGETHER = 32;

  /** Longer values are not: a plan is written once. */
  private static final int SHORT = 4096;

  /** The key of the list of transactions that have not ended, in {@code index}. */
  private static final long UNFINISHED = Long.MAX_VALUE;

  private final EpochFile file;
  private final String token;
  private final MVStore store;
  private final MVMap<Long, byte[]> records;
  private final MVMap<Long, byte[]> index;
  private long lastNumber;
  private long committedNumber;
  private byte[] head;
  private JournalRecord.@Nullable Epoch epoch;

  private EpochStore(EpochFile file, boolean writable) throws IOException {
    this.file = file;
    this.token = ChecksummedFilePath.register(new ChecksummedFile(file, writable));
    MVStore.Builder builder =
        new MVStore.Builder()
            .fileName(token)
            .autoCommitDisabled()
            .autoCommitBufferSize(0)
            .cacheSize(CACHE_MEGABYTES)
            .pageSplitSize(PAGE_SIZE);
    MVStore opened = null;
    try {
      opened = (writable ? builder : builder.readOnly()).open();
      opened.setReuseSpace(false);
      opened.setRetentionTime(0);
      opened.setVersionsToKeep(0);
      this.store = opened;
      this.records = map("records");
      this.index = map("index");
      Long last = records.lastKey();
      this.lastNumber = last == null ? 0 : last / KEYS_PER_RECORD;
      this.committedNumber = lastNumber;
      this.head = last == null ? new byte[DIGEST_LENGTH] : headAt(lastNumber);
    } catch (RuntimeException e) {
      abandon(opened);
      throw damaged(e);
    } catch (IOException e) {
      abandon(opened);
      throw e;
    }
  }

  private void abandon(@Nullable MVStore opened) {
    if (opened != null) {
      opened.closeImmediately();
    }
    ChecksummedFilePath.forget(token);
  }

  private MVMap<Long, byte[]> map(String name) {
    return store.openMap(
        name,
        new MVMap.Builder<Long, byte[]>()
            .keyType(LongDataType.INSTANCE)
            .valueType(ByteArrayDataType.INSTANCE));
  }

  /**
   * Begins a new epoch in an empty file, with nothing written yet.
   *
   * @param before the chain's head that it goes on from
   */
  static EpochStore create(EpochFile file, ChainHead before) throws IOException {
    EpochStore store = new EpochStore(file, true);
    store.lastNumber = before.records();
    store.committedNumber = before.records();
    store.head = before.digest().bytes().bytes();
    return store;
  }

  /** Opens an epoch; the file has to stay open, and is closed with the store. */
  static EpochStore open(EpochFile file, boolean writable) throws IOException {
    Chunk last =
        file.last().orElseThrow(() -> new IllegalStateException("nothing in " + file.name()));
    EpochStore store = new EpochStore(file, writable);
    if (store.store.getCurrentVersion() != last.version()) {
      store.close();
      throw damaged(file, "its newest part is not the last one", null);
    }
    return store;
  }

  EpochFile file() {
    return file;
  }

  /** Returns whether nothing was written to it but its beginning. */
  boolean isUntouched() {
    return file.last().filter(chunk -> chunk.id() > 1).isEmpty();
  }

  /** Returns the number of the last record, in the whole journal. */
  long lastNumber() {
    return lastNumber;
  }

  /** Returns the chain's head after the last record. */
  ChainHead head() {
    return new ChainHead(lastNumber, ContentDigest.of(head));
  }

  /** Returns the number of the first record in this epoch. */
  long firstNumber() throws IOException {
    return read(() -> {
      Long first = records.firstKey();
      if (first == null) {
        throw damaged(file, "it has no records", null);
      }
      return first / KEYS_PER_RECORD;
    });
  }

  /** Returns the epoch's own first record. */
  JournalRecord.Epoch epoch() throws IOException {
    if (epoch == null) {
      EpochLabel label = file.label();
      if (!(record(firstNumber()) instanceof JournalRecord.Epoch first)
          || first.epoch() != label.epoch()
          || !first.journal().equals(label.journal())
          || first.lastSequence() != label.lastSequence()) {
        throw damaged(file, "it does not begin as its header says", null);
      }
      epoch = first;
    }
    return epoch;
  }

  /** Returns the highest sequence number given out up to the end of this epoch. */
  long lastSequence() throws IOException {
    Long last = read(() -> index.lowerKey(UNFINISHED));
    return Math.max(last == null ? 0 : last, file.label().lastSequence());
  }

  /**
   * Returns a record.
   *
   * @throws JournalException with {@link Reason#DAMAGED} if it is not the one that was appended: it
   *     has to follow in the hash chain from the record before it
   */
  JournalRecord record(long number) throws IOException {
    byte[] value = value(number);
    JournalRecord record = RecordCodec.decode(number, value, DIGEST_LENGTH);
    byte[] before =
        switch (record) {
          case JournalRecord.Epoch first -> headBefore(first);
          default -> headAt(number - 1);
        };
    byte[] digest = chain(before, value, DIGEST_LENGTH);
    if (!Arrays.equals(digest, 0, DIGEST_LENGTH, value, 0, DIGEST_LENGTH)) {
      throw damaged(file, "record " + number + " was changed", null);
    }
    return record;
  }

  private static byte[] headBefore(JournalRecord.Epoch first) {
    JournalRecord.Sealed before = first.before();
    return (before == null ? Chain.EMPTY : before.head()).digest().bytes().bytes();
  }

  /** Returns a record, or the one that it is a copy of. */
  JournalRecord original(long number) throws IOException {
    JournalRecord record = record(number);
    return record instanceof JournalRecord.Carried(_, var carried) ? carried : record;
  }

  /** Returns the hash chain's head after a record. */
  byte[] headAt(long number) throws IOException {
    return Arrays.copyOf(value(number), DIGEST_LENGTH);
  }

  /** Returns a record's bytes. */
  byte[] canonical(long number) throws IOException {
    byte[] value = value(number);
    return Arrays.copyOfRange(value, DIGEST_LENGTH, value.length);
  }

  private byte[] value(long number) throws IOException {
    byte[] value = read(() -> records.get(number * KEYS_PER_RECORD));
    if (value == null || value.length < DIGEST_LENGTH) {
      throw damaged(file, "record " + number + " is missing", null);
    }
    return value;
  }

  /** Returns the encoded plan beside a decision. */
  Optional<byte[]> plan(long number) throws IOException {
    return Optional.ofNullable(read(() -> records.get(number * KEYS_PER_RECORD + 1)));
  }

  /** Returns where this epoch's records of a transaction are. */
  IndexEntry entry(long sequence) throws IOException {
    byte[] bytes = read(() -> index.get(sequence));
    return bytes == null ? IndexEntry.NONE : IndexEntry.decode(bytes);
  }

  /**
   * Returns the numbers of the transactions whose identity may be this one, of those that began in
   * this epoch.
   */
  List<Long> candidates(TransactionId id) throws IOException {
    return numbers(key(id));
  }

  /** Returns the transactions that are not in a final state, oldest first. */
  List<Long> unfinished() throws IOException {
    return numbers(UNFINISHED);
  }

  private List<Long> numbers(long key) throws IOException {
    byte[] bytes = read(() -> index.get(key));
    if (bytes == null) {
      return List.of();
    }
    CanonicalReader in = new CanonicalReader(bytes, "the journal's index");
    List<Long> numbers = new ArrayList<>();
    while (in.remaining() > 0) {
      numbers.add(in.number(Long.MAX_VALUE));
    }
    return numbers;
  }

  private void setNumbers(long key, Collection<Long> numbers) throws IOException {
    CanonicalWriter out = new CanonicalWriter();
    numbers.forEach(out::number);
    byte[] bytes = out.toByteArray();
    read(() -> index.put(key, bytes));
  }

  /**
   * Returns an identity's key in {@code index}: negative, growing with the time in the identity,
   * and with two of its random bytes; what has the same key is told apart by the records.
   */
  private static long key(TransactionId id) {
    String text = id.text();
    long time = Long.parseLong(text.substring(0, 8) + text.substring(9, 15));
    return Long.MIN_VALUE + (time << 16) + Integer.parseInt(text.substring(16, 20), 16);
  }

  /** Returns the transactions that were pruned. */
  Sequences pruned() throws IOException {
    List<Long> here =
        read(() -> {
          List<Long> found = new ArrayList<>();
          var cursor = index.cursor(1L, UNFINISHED - 1, false);
          while (cursor.hasNext()) {
            long sequence = cursor.next();
            if (IndexEntry.decode(cursor.getValue()).pruned() != 0) {
              found.add(sequence);
            }
          }
          return found;
        });
    return epoch().pruned().with(here);
  }

  /** Adds a record and returns its number. */
  long add(JournalRecord record) throws IOException {
    long number = lastNumber + 1;
    byte[] bytes = RecordCodec.encode(number, record);
    byte[] digest = chain(head, bytes, 0);
    byte[] value = Arrays.copyOf(digest, DIGEST_LENGTH + bytes.length);
    System.arraycopy(bytes, 0, value, DIGEST_LENGTH, bytes.length);
    put(number * KEYS_PER_RECORD, value, (number + 1) * KEYS_PER_RECORD);
    lastNumber = number;
    head = digest;
    return number;
  }

  /** Returns the head of the chain after a record: SHA-256 of the head before and the record. */
  static byte[] chain(byte[] head, byte[] bytes, int start) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(head);
      sha.update(bytes, start, bytes.length - start);
      return sha.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Adds the plan that belongs to a record. */
  void addPlan(long number, byte[] plan) throws IOException {
    put(number * KEYS_PER_RECORD + 1, plan, (number + 1) * KEYS_PER_RECORD);
  }

  /**
   * Adds a value, which may be large. H2 writes the last leaf of a map anew when something is added
   * to it: each empty value after a large one makes it split that leaf once more, until the large
   * one is in a leaf that is not the last. So it is written only once.
   */
  private void put(long key, byte[] value, long end) throws IOException {
    read(() -> records.put(key, value));
    if (value.length > PAGE_SIZE) {
      for (long empty = end - EMPTY_VALUES; empty < end; empty++) {
        long after = empty;
        read(() -> records.put(after, NOTHING));
      }
    }
  }

  /** Changes the index of a transaction. */
  void setEntry(long sequence, IndexEntry entry) throws IOException {
    read(() -> index.put(sequence, entry.encode()));
  }

  /** Makes a transaction known by its identity. */
  void setSequence(TransactionId id, long sequence) throws IOException {
    List<Long> numbers = new ArrayList<>(candidates(id));
    numbers.add(sequence);
    setNumbers(key(id), numbers);
  }

  /** Says whether a transaction is in no final state. */
  void setUnfinished(long sequence, boolean unfinished) throws IOException {
    SortedSet<Long> numbers = new TreeSet<>(unfinished());
    if (unfinished ? numbers.add(sequence) : numbers.remove(sequence)) {
      setNumbers(UNFINISHED, numbers);
    }
  }

  /**
   * Writes everything since the last commit as one chunk. Not durable before the file is forced.
   */
  void commit() throws IOException {
    if (lastNumber / RECORDS_TOGETHER != committedNumber / RECORDS_TOGETHER) {
      gather(lastNumber / RECORDS_TOGETHER);
    }
    long before = file.length();
    read(store::commit);
    if (file.length() <= before || store.isClosed()) {
      throw file.failure()
          .orElseGet(() -> damaged(file, "H2 did not write what it was told to", null));
    }
    committedNumber = lastNumber;
  }

  /**
   * Writes the records of one run once more, together. H2 reads what it knows of every chunk that
   * still has a living page when it opens a file; after this those of the run have none.
   */
  private void gather(long endRun) throws IOException {
    read(() -> {
      long end = endRun * RECORDS_TOGETHER * KEYS_PER_RECORD;
      var cursor = records.cursor(end - RECORDS_TOGETHER * KEYS_PER_RECORD, end - 1, false);
      Map<Long, byte[]> run = new LinkedHashMap<>();
      while (cursor.hasNext()) {
        long key = cursor.next();
        int length = cursor.getValue().length;
        if (length > SHORT) {
          run.remove(key - 1); // it may be in the leaf of the long one
        } else if (length > 0) {
          run.put(key, cursor.getValue());
        }
      }
      run.forEach(records::put);
      return run;
    });
  }

  /** H2's calls, with its exceptions turned into ours. */
  private <T extends @Nullable Object> T read(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (RuntimeException e) { // a page that makes no sense fails in many ways
      throw damaged(e);
    }
  }

  /** A call of H2. */
  private interface Call<T extends @Nullable Object> {
    T run() throws IOException;
  }

  private IOException damaged(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Error error) {
        throw error;
      }
      if (cause instanceof IOException io && !(cause instanceof EOFException)) {
        return io;
      }
    }
    return damaged(file, "H2 cannot read it", e);
  }

  private static JournalException damaged(EpochFile file, String problem, @Nullable Throwable e) {
    String message = "journal " + file.name() + " is damaged: " + problem;
    return e == null
        ? new JournalException(Reason.DAMAGED, message)
        : new JournalException(Reason.DAMAGED, message, e);
  }

  /** Lets go of the store and of its file, and writes nothing. */
  @Override
  public void close() {
    abandon(store);
    file.close();
  }
}
