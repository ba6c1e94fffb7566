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
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.jspecify.annotations.Nullable;

/**
 * One epoch: H2's maps in an {@link EpochFile}.
 *
 * <p>{@code records} has every record by its number, {@code plans} the plans, the others are an
 * index over them. What {@link #add} and its like change becomes visible and is written by {@link
 * #commit}, all of it in one chunk. Not safe for several threads.
 */
final class EpochStore implements AutoCloseable {
  /** The length of the hash in front of each record's bytes. */
  static final int DIGEST_LENGTH = 32;

  private static final int PAGE_SIZE = 1024;
  private static final int CACHE_MEGABYTES = 4;
  private static final byte[] NOTHING = {};

  private final EpochFile file;
  private final String token;
  private final MVStore store;
  private final MVMap<Long, byte[]> records;
  private final MVMap<Long, byte[]> plans;
  private final MVMap<Long, byte[]> index;
  private final MVMap<byte[], byte[]> ids;
  private final MVMap<Long, byte[]> open;
  private long lastNumber;
  private byte[] head;
  private JournalRecord.@Nullable Epoch epoch;

  private EpochStore(EpochFile file, boolean writable, RandomGenerator random) throws IOException {
    this.file = file;
    this.token = ChecksummedFilePath.register(new ChecksummedFile(file, writable), random);
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
      this.records = map("records", LongDataType.INSTANCE);
      this.plans = map("plans", LongDataType.INSTANCE);
      this.index = map("index", LongDataType.INSTANCE);
      this.ids = map("ids", ByteArrayDataType.INSTANCE);
      this.open = map("open", LongDataType.INSTANCE);
      Long last = records.lastKey();
      this.lastNumber = last == null ? 0 : last;
      this.head = last == null ? new byte[DIGEST_LENGTH] : headAt(last);
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

  private <K> MVMap<K, byte[]> map(String name, BasicDataType<K> keys) {
    return store.openMap(
        name, new MVMap.Builder<K, byte[]>().keyType(keys).valueType(ByteArrayDataType.INSTANCE));
  }

  /**
   * Begins a new epoch in an empty file, with nothing written yet.
   *
   * @param before the chain's head that it goes on from
   */
  static EpochStore create(EpochFile file, ChainHead before, RandomGenerator random)
      throws IOException {
    EpochStore store = new EpochStore(file, true, random);
    store.lastNumber = before.records();
    store.head = before.digest().bytes().bytes();
    return store;
  }

  /** Opens an epoch; the file has to stay open, and is closed with the store. */
  static EpochStore open(EpochFile file, boolean writable, RandomGenerator random)
      throws IOException {
    Chunk last =
        file.last().orElseThrow(() -> new IllegalStateException("nothing in " + file.name()));
    EpochStore store = new EpochStore(file, writable, random);
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
      return first;
    });
  }

  /** Returns the epoch's own first record. */
  JournalRecord.Epoch epoch() throws IOException {
    if (epoch == null) {
      if (!(record(firstNumber()) instanceof JournalRecord.Epoch first)) {
        throw damaged(file, "it does not begin with a record of its own", null);
      }
      epoch = first;
    }
    return epoch;
  }

  /** Returns the highest sequence number given out up to the end of this epoch. */
  long lastSequence() throws IOException {
    Long last = read(index::lastKey);
    return Math.max(last == null ? 0 : last, epoch().lastSequence());
  }

  /** Returns the hash and the bytes of a record. */
  byte[] bytes(long number) throws IOException {
    byte[] value = read(() -> records.get(number));
    if (value == null || value.length < DIGEST_LENGTH) {
      throw damaged(file, "record " + number + " is missing", null);
    }
    return value;
  }

  /** Returns a record. */
  JournalRecord record(long number) throws IOException {
    return RecordCodec.decode(number, bytes(number), DIGEST_LENGTH);
  }

  /** Returns a record, or the one that it is a copy of. */
  JournalRecord original(long number) throws IOException {
    return record(number) instanceof JournalRecord.Carried(_, var record) ? record : record(number);
  }

  private byte[] headAt(long number) throws IOException {
    return Arrays.copyOf(bytes(number), DIGEST_LENGTH);
  }

  /** Returns the encoded plan beside a decision. */
  Optional<byte[]> plan(long number) throws IOException {
    return Optional.ofNullable(read(() -> plans.get(2 * number)));
  }

  /** Returns where this epoch's records of a transaction are. */
  IndexEntry entry(long sequence) throws IOException {
    byte[] bytes = read(() -> index.get(sequence));
    return bytes == null ? IndexEntry.NONE : IndexEntry.decode(bytes);
  }

  /** Returns the transactions with records in this epoch, of numbers up to {@code limit}. */
  List<Long> sequencesUpTo(long limit) throws IOException {
    return read(() -> {
      List<Long> found = new ArrayList<>();
      var keys = index.keyIterator(null);
      while (keys.hasNext()) {
        long sequence = keys.next();
        if (sequence > limit) {
          break;
        }
        found.add(sequence);
      }
      return found;
    });
  }

  /** Returns the number of the transaction with this identity, if it began in this epoch. */
  Optional<Long> sequence(TransactionId id) throws IOException {
    byte[] value = read(() -> ids.get(key(id)));
    return value == null
        ? Optional.empty()
        : Optional.of(new CanonicalReader(value, "the journal's index").u64());
  }

  private static byte[] key(TransactionId id) {
    return id.text().getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the transactions that are not in a final state, oldest first. */
  List<Long> unfinished() throws IOException {
    return read(() -> List.copyOf(open.keySet()));
  }

  /** Adds a record and returns its number. */
  long add(JournalRecord record) throws IOException {
    long number = lastNumber + 1;
    byte[] bytes = RecordCodec.encode(number, record);
    byte[] digest = chain(head, bytes, 0);
    byte[] value = Arrays.copyOf(digest, DIGEST_LENGTH + bytes.length);
    System.arraycopy(bytes, 0, value, DIGEST_LENGTH, bytes.length);
    read(() -> records.put(number, value));
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

  /**
   * Adds the plan that belongs to a record. A plan may be large, and H2 writes the last leaf of a
   * map anew when something is added to it: the empty value after each plan makes it split the leaf
   * first, and so a plan is written once.
   */
  void addPlan(long number, byte[] plan) throws IOException {
    read(() -> plans.put(2 * number, plan));
    read(() -> plans.put(2 * number + 1, NOTHING));
  }

  /** Changes the index of a transaction. */
  void setEntry(long sequence, IndexEntry entry) throws IOException {
    read(() -> index.put(sequence, entry.encode()));
  }

  /** Makes a transaction known by its identity. */
  void setSequence(TransactionId id, long sequence) throws IOException {
    byte[] value = new CanonicalWriter().u64(sequence).toByteArray();
    read(() -> ids.put(key(id), value));
  }

  /** Says whether a transaction is in no final state. */
  void setUnfinished(long sequence, boolean unfinished) throws IOException {
    read(() -> unfinished ? open.put(sequence, NOTHING) : open.remove(sequence));
  }

  /**
   * Writes everything since the last commit as one chunk. Not durable before the file is forced.
   */
  void commit() throws IOException {
    long before = file.length();
    read(store::commit);
    if (file.length() <= before || store.isClosed()) {
      throw file.failure()
          .orElseGet(() -> damaged(file, "H2 did not write what it was told to", null));
    }
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
