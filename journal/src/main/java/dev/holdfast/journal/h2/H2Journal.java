package dev.holdfast.journal.h2;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.journal.ChainHead;
import dev.holdfast.journal.ChainReport;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Journal;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import dev.holdfast.journal.JournalView;
import dev.holdfast.journal.JournalWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The journal on H2's storage engine. Its files are only ever appended to: a part that a crash tore
 * is never cut off or written over, the next writer begins a new epoch after what is whole. So a
 * reader needs no lock, and what it has seen stays.
 *
 * <p>The newest epoch stays open between a process's moments of writing, and is used again if
 * nobody else has written meanwhile. A writer that opens it afresh drops the kernel's cached pages,
 * and believes what it then reads as far as it has to before its first force: it appends after it.
 */
public final class H2Journal implements Journal {
  private static final int READ_ATTEMPTS = 5;
  private static final int COPY_BUFFER = 1 << 20;

  private final StateDirectory state;
  private final EpochDirectory epochs;
  private final UUID id;
  private final Limits limits;
  private final InstantSource clock;
  private final SecureRandom random;
  private final ReentrantLock turn = new ReentrantLock();
  private @Nullable DiskLock lock;
  private @Nullable EpochStore kept;
  private boolean suspect;

  /** The last look at the newest epoch's file: what is whole in it need not be read again. */
  private volatile @Nullable EpochFile seen;

  private volatile boolean closed;

  private H2Journal(
      StateDirectory state,
      EpochDirectory epochs,
      UUID id,
      Limits limits,
      InstantSource clock,
      SecureRandom random) {
    this.state = state;
    this.epochs = epochs;
    this.id = id;
    this.limits = limits;
    this.clock = clock;
    this.random = random;
  }

  /**
   * Opens the journal in a state directory as {@link #open(Disk, AbsolutePath, Limits,
   * InstantSource, SecureRandom)} does.
   */
  public static H2Journal open(Disk disk, AbsolutePath directory) throws IOException {
    return open(disk, directory, Limits.DEFAULT, InstantSource.system(), new SecureRandom());
  }

  /**
   * Opens the journal in a state directory; both are created if there is nothing yet. A journal
   * that should be there and is not is never replaced by a new one.
   *
   * @throws JournalException if it is lost, damaged, of a newer version, or not ours alone; nothing
   *     is changed then
   */
  public static H2Journal open(
      Disk disk, AbsolutePath directory, Limits limits, InstantSource clock, SecureRandom random)
      throws IOException {
    StateDirectory state = StateDirectory.open(disk, directory);
    try {
      if (!state.hasJournal()) {
        create(state, limits, clock, random);
      }
      EpochDirectory epochs = state.openEpochs();
      try {
        return new H2Journal(state, epochs, identity(state, epochs), limits, clock, random);
      } catch (IOException e) {
        epochs.close();
        throw e;
      }
    } catch (IOException e) {
      state.close();
      throw e;
    }
  }

  /** Returns whether there is a journal in a directory, which need not exist; makes none. */
  public static boolean isIn(Disk disk, AbsolutePath directory) throws DiskException {
    return StateDirectory.holdsJournal(disk, directory);
  }

  private static void create(
      StateDirectory state, Limits limits, InstantSource clock, SecureRandom random)
      throws IOException {
    try (DiskLock _ = state.lock(limits.lockWait())) {
      if (state.hasJournal()) {
        return;
      }
      if (state.hadJournal()) {
        throw new JournalException(
            Reason.LOST,
            "journal " + state.path() + " is lost: there was one, and its directory is gone");
      }
      UUID journal = randomId(random);
      state.createEpochs(fresh -> {
        var record = new JournalRecord.Epoch(journal, 1, clock.instant(), 0, null, Sequences.NONE);
        newEpoch(fresh, record, _ -> {}, random).close();
        fresh.publish(1);
      });
      state.confirm(journal);
    }
  }

  /** Returns a random UUID (version 4). */
  private static UUID randomId(SecureRandom random) {
    return new UUID(
        (random.nextLong() & ~0xf000L) | 0x4000L, (random.nextLong() >>> 2) | Long.MIN_VALUE);
  }

  private static UUID identity(StateDirectory state, EpochDirectory epochs) throws IOException {
    var expected = state.id();
    int newest = epochs.newest();
    EpochLabel label = label(epochs, newest);
    if (label.epoch() != newest || expected.filter(id -> !id.equals(label.journal())).isPresent()) {
      throw foreign(epochs, newest);
    }
    return label.journal();
  }

  private static JournalException foreign(EpochDirectory epochs, int epoch) {
    return new JournalException(
        Reason.DAMAGED,
        "journal " + epochs.describe(epoch) + " is damaged: it belongs to another journal");
  }

  @Override
  public UUID id() {
    return id;
  }

  @Override
  public AbsolutePath directory() {
    return state.path();
  }

  @Override
  public JournalView read() throws IOException {
    return new H2JournalView(id, chain(seen));
  }

  /** Opens the epochs as they are now, beside any writer, and reads the newest from its start. */
  EpochChain chain() throws IOException {
    return chain(null);
  }

  private EpochChain chain(@Nullable EpochFile known) throws IOException {
    checkOpen();
    for (int attempt = 1; ; attempt++) {
      try {
        return chain(openNewest(false, known), true);
      } catch (JournalException e) {
        // A writer may have moved on between two of our looks.
        if (e.reason() != Reason.DAMAGED || attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private EpochChain chain(EpochStore newest, boolean closesNewest) {
    return new EpochChain(
        newest,
        closesNewest,
        new EpochChain.Opener() {
          @Override
          public EpochLabel label(int epoch) throws IOException {
            return checked(epoch, H2Journal.label(epochs, epoch));
          }

          @Override
          public EpochStore open(int epoch, long length) throws IOException {
            return openSealed(epoch, length);
          }
        });
  }

  private EpochStore openSealed(int epoch, long length) throws IOException {
    DiskFile file = epochs.open(epoch, false);
    try {
      EpochFile opened = EpochFile.openSealed(file, epochs.describe(epoch), length);
      return opened(opened, epoch, false);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private EpochStore openNewest(boolean write, @Nullable EpochFile known) throws IOException {
    int newest = epochs.newest();
    DiskFile file = epochs.open(newest, write);
    try {
      if (write) {
        EpochFile.forget(file, epochs.describe(newest));
      }
      EpochFile opened = EpochFile.open(file, epochs.describe(newest), known);
      EpochStore store = opened(opened, newest, write);
      seen = opened;
      return store;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private EpochStore opened(EpochFile file, int epoch, boolean write) throws IOException {
    checked(epoch, file.label());
    return EpochStore.open(file, write);
  }

  private EpochLabel checked(int epoch, EpochLabel label) throws IOException {
    if (label.epoch() != epoch || !label.journal().equals(id)) {
      throw foreign(epochs, epoch);
    }
    return label;
  }

  private static EpochLabel label(EpochDirectory epochs, int epoch) throws IOException {
    try (DiskFile file = epochs.open(epoch, false)) {
      return EpochFile.label(file, epochs.describe(epoch));
    }
  }

  @Override
  public ChainReport verify(Collection<ChainHead> anchors) throws IOException {
    return ChainVerifier.verify(this, anchors);
  }

  @Override
  public JournalWriter write() throws IOException {
    checkOpen();
    takeTurn();
    try {
      lock = state.lock(limits.lockWait());
    } catch (IOException | RuntimeException | Error e) {
      release();
      throw e;
    }
    try {
      EpochStore store = kept != null && isCurrent(kept) ? kept : reopen();
      kept = store;
      EpochChain chain = chain(store, false);
      if (isFull(store)) {
        chain = rotated(store);
      }
      return new H2JournalWriter(this, chain);
    } catch (IOException | RuntimeException | Error e) {
      failed(e);
      release();
      throw e;
    }
  }

  private void takeTurn() throws IOException {
    if (turn.isHeldByCurrentThread()) {
      throw new IllegalStateException("this thread has the journal open for appending already");
    }
    if (!turn.tryLock() && !Uninterruptibles.tryLockUninterruptibly(turn, limits.lockWait())) {
      throw new JournalException(
          Reason.BUSY, "journal " + directory() + " is held by another thread of this process");
    }
  }

  /** Returns whether a new epoch is due: what was carried into this one does not count. */
  boolean isFull(EpochStore store) {
    return store.file().grown() > limits.epochBytes();
  }

  /** Returns whether nobody has touched the journal since this process did. */
  private boolean isCurrent(EpochStore store) throws IOException {
    int epoch = store.file().label().epoch();
    return store.file().isUnchanged()
        && epochs.isAt(epoch, store.file().file())
        && !epochs.has(epoch + 1)
        && !suspect
        && !state.isSuspect();
  }

  private EpochStore reopen() throws IOException {
    letGo();
    EpochStore store = openNewest(true, null);
    kept = store;
    state.confirm(id);
    if (store.isUntouched()) {
      epochs.sync(); // whoever created it may not have come so far
    }
    if (store.file().isTorn() || suspect || state.isSuspect()) {
      rotated(store);
    }
    return kept;
  }

  private static String reason(Throwable e) {
    String message = e.getMessage();
    return message == null ? e.toString() : message;
  }

  /** Begins a new epoch after {@code store}, which is closed, and returns the chain from there. */
  EpochChain rotated(EpochStore store) throws IOException {
    store.file().force();
    int epoch = store.file().label().epoch() + 1;
    var sealed =
        new JournalRecord.Sealed(store.file().length(), digest(store.file()), store.head());
    var record =
        new JournalRecord.Epoch(
            id, epoch, clock.instant(), store.lastSequence(), sealed, store.pruned());
    EpochStore next = newEpoch(epochs, record, fresh -> carry(store, fresh), random);
    try {
      epochs.publish(epoch);
      next.file().reopened(epochs.open(epoch, true));
    } catch (IOException e) {
      next.close();
      throw e;
    }
    kept = next;
    store.close();
    suspect = false;
    state.clearSuspect();
    return chain(next, false);
  }

  /** What else belongs into a new epoch. */
  private interface Contents {
    void addTo(EpochStore store) throws IOException;
  }

  private static EpochStore newEpoch(
      EpochDirectory epochs, JournalRecord.Epoch record, Contents contents, SecureRandom random)
      throws IOException {
    int epoch = record.epoch();
    JournalRecord.Sealed before = record.before();
    var label =
        new EpochLabel(
            EpochLabel.FORMAT,
            epoch,
            record.journal(),
            random.nextLong(),
            record.created().toEpochMilli(),
            record.lastSequence(),
            before == null ? 0 : before.length());
    DiskFile file = epochs.create(epoch);
    EpochFile created = EpochFile.create(file, epochs.describe(epoch), label);
    EpochStore store = null;
    try {
      store = EpochStore.create(created, before == null ? Chain.EMPTY : before.head());
      store.add(record);
      contents.addTo(store);
      store.commit();
      created.force();
      return store;
    } catch (IOException | RuntimeException | Error e) {
      if (store != null) {
        store.close();
      }
      file.close();
      try {
        epochs.discard(epoch);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** Copies every transaction that has not ended, plan and all. */
  private static void carry(EpochStore from, EpochStore to) throws IOException {
    for (long sequence : from.unfinished()) {
      IndexEntry entry = from.entry(sequence);
      IndexEntry copy = IndexEntry.NONE.withBegun(carry(from, entry.begun(), to));
      if (from.original(entry.begun()) instanceof JournalRecord.Begun(_, var beginning)) {
        to.setSequence(beginning.id(), sequence);
      }
      if (entry.decided() != 0) {
        copy = copy.withDecided(carry(from, entry.decided(), to));
        byte[] plan =
            from.plan(entry.decided())
                .orElseThrow(() ->
                    new JournalException(
                        Reason.DAMAGED,
                        "journal " + from.file().name() + " is damaged: plan missing"));
        to.addPlan(copy.decided(), plan);
      }
      if (entry.changed() != 0) {
        copy = copy.withChanged(carry(from, entry.changed(), to));
      }
      to.setEntry(sequence, copy);
      to.setUnfinished(sequence, true);
    }
  }

  private static long carry(EpochStore from, long number, EpochStore to) throws IOException {
    JournalRecord record = from.record(number);
    return to.add(
        record instanceof JournalRecord.Carried
            ? record
            : new JournalRecord.Carried(number, record));
  }

  /** Returns the SHA-256 of what is whole in a file. */
  static ContentDigest digest(EpochFile file) throws IOException {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BUFFER);
      for (long position = 0; position < file.length(); position += buffer.limit()) {
        buffer.clear();
        if (file.read(position, buffer) <= 0) {
          throw new JournalException(
              Reason.DAMAGED, "journal " + file.name() + " is damaged: it became shorter");
        }
        sha.update(buffer.flip().duplicate());
      }
      return ContentDigest.of(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  /** Lets go of what can't be trusted any more, and tells the next writer. */
  void failed(Throwable e) {
    letGo();
    if (makesSuspect(e)) {
      suspect = true;
      try {
        state.leaveSuspect(reason(e));
      } catch (IOException again) {
        e.addSuppressed(again);
      }
    }
  }

  /**
   * Returns whether what was written before may be lost: after a failed barrier, and after an error
   * of the device. A write that found no room or no permission lost nothing but itself.
   */
  private static boolean makesSuspect(Throwable e) {
    return switch (e) {
      case JournalException failure -> failure.reason() == Reason.FAILED;
      case DiskException failure ->
          failure.error() == DiskError.IO || failure.error() == DiskError.OTHER;
      default -> false;
    };
  }

  private void letGo() {
    if (kept != null) {
      kept.close();
      kept = null;
    }
  }

  /** Ends a writer's moment. */
  void release() {
    if (lock != null) {
      lock.close();
      lock = null;
    }
    turn.unlock();
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the journal is closed");
    }
  }

  /** Waits for a writer of another thread. Views are closed first. */
  @Override
  public void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        letGo();
        epochs.close();
        state.close();
      }
    } finally {
      turn.unlock();
    }
  }
}
