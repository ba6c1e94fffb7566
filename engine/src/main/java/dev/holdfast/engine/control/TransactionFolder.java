package dev.holdfast.engine.control;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.tree.LiveTree.Place;
import dev.holdfast.journal.TransactionId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * A transaction's folder in a control directory, {@code tx/ID}: what it staged, what it took away,
 * its plan, and the tokens that say how far it came.
 *
 * <p>Only we write here, so what is found here is evidence (docs/protocol.md): {@code go} proves
 * that barrier 1 succeeded; {@code applied} and {@code rolled_back} are the marker itself, renamed
 * after the last barrier. Everything is one directory of 0700.
 */
public final class TransactionFolder implements AutoCloseable {
  private static final EntryName NEW = EntryName.of("new");
  private static final EntryName OLD = EntryName.of("old");
  private static final EntryName UNDONE = EntryName.of("undone");
  private static final EntryName LAYERS = EntryName.of("layers");
  private static final String UNFINISHED = ".new";
  private static final EntryName LOCK = EntryName.of("lock");
  private static final EntryName PLAN = EntryName.of("plan");
  private static final EntryName PLAN_NEXT = EntryName.of("plan.next");
  private static final EntryName READY = EntryName.of("ready");
  private static final EntryName THEN = EntryName.of("then");
  private static final EntryName THEN_DONE = EntryName.of("then.done");
  private static final int PRIVATE_DIRECTORY = 0700;
  private static final int PRIVATE_FILE = 0600;

  /** A file whose name alone says something. */
  public enum Token {
    /** Barrier 1 returned 0: recovery goes forward. */
    GO("go"),
    /** The direction was changed to back; in case the journal could not say so. */
    BACK("back"),
    /** Barrier 2 returned 0: the new state is durable. */
    APPLIED("applied"),
    /** The old state is durable. */
    ROLLED_BACK("rolled_back"),
    /** It was rolled back, and holds what somebody else wrote and what is nowhere else. */
    KEPT("kept"),
    /** Barrier 2 failed: what is visible may not be durable. */
    UNSURE("unsure"),
    /** While it is open, no other transaction of the root is decided. */
    OPEN("open");

    private final String fileName;

    Token(String fileName) {
      this.fileName = fileName;
    }

    /** Returns the name of the file. */
    public EntryName fileName() {
      return EntryName.of(fileName);
    }
  }

  private final TransactionId id;
  private final Directory directory;
  private final Directory fresh;
  private final Directory old;

  private TransactionFolder(TransactionId id, Directory directory, Directory fresh, Directory old) {
    this.id = id;
    this.directory = directory;
    this.fresh = fresh;
    this.old = old;
  }

  /** A new folder, with the lock that says that its process lives. */
  public record Created(TransactionFolder folder, DiskLock lock) {}

  /**
   * Makes a folder. It gets its name only when its lock is held, so that nobody can take it for
   * abandoned.
   */
  static Created create(Directory transactions, TransactionId id) throws DiskException {
    EntryName name = EntryName.of(id.text());
    EntryName unfinished = EntryName.of(id.text() + UNFINISHED);
    transactions.makeDirectory(unfinished, PRIVATE_DIRECTORY);
    DiskLock lock = null;
    try {
      try (Directory directory = transactions.directory(unfinished)) {
        directory.create(LOCK, PRIVATE_FILE).close();
        lock = directory.tryLock(LOCK, LockMode.EXCLUSIVE).orElse(null);
        if (lock == null) {
          throw new DiskException(DiskError.BUSY, "lock", id.text());
        }
        directory.makeDirectory(NEW, PRIVATE_DIRECTORY);
        directory.makeDirectory(OLD, PRIVATE_DIRECTORY);
      }
      transactions.rename(unfinished, transactions, name);
      return new Created(open(transactions, id).orElseThrow(), lock);
    } catch (DiskException e) {
      if (lock != null) {
        lock.close();
      }
      removeQuietly(transactions, unfinished, e);
      throw e;
    }
  }

  private static void removeQuietly(Directory parent, EntryName name, DiskException cause) {
    try {
      TreeRemoval.remove(parent, name);
    } catch (DiskException e) {
      cause.addSuppressed(e);
    }
  }

  static boolean isUnfinished(EntryName name) {
    return name.toString().endsWith(UNFINISHED);
  }

  /** Returns the folder; empty if it is not there, or was cut off while it was made. */
  static Optional<TransactionFolder> open(Directory transactions, TransactionId id)
      throws DiskException {
    Directory directory = null;
    Directory fresh = null;
    try {
      directory = transactions.directory(EntryName.of(id.text()));
      fresh = directory.directory(NEW);
      return Optional.of(new TransactionFolder(id, directory, fresh, directory.directory(OLD)));
    } catch (DiskException e) {
      if (fresh != null) {
        fresh.close();
      }
      if (directory != null) {
        directory.close();
      }
      if (e.error() == DiskError.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Returns whose folder it is. */
  public TransactionId id() {
    return id;
  }

  /** Returns the folder itself. */
  public Directory directory() {
    return directory;
  }

  /** Returns {@code new}: what is staged, and after an exchange the before-images. */
  public Directory fresh() {
    return fresh;
  }

  /** Returns {@code old}: what was deleted. */
  public Directory old() {
    return old;
  }

  /** Returns the place of slot {@code slot} in {@code new}. */
  public Place fresh(int slot) {
    return new Place(fresh, slotName(slot));
  }

  /** Returns the place of slot {@code slot} in {@code old}. */
  public Place old(int slot) {
    return new Place(old, slotName(slot));
  }

  /** Returns {@code undone}, made if absent: where a rollback puts what it takes out of a tree. */
  public Directory undone() throws DiskException {
    if (!hasUndone()) {
      directory.makeDirectory(UNDONE, PRIVATE_DIRECTORY);
    }
    return directory.directory(UNDONE);
  }

  /** Returns whether {@code undone} is there. */
  public boolean hasUndone() throws DiskException {
    return directory.stat(UNDONE).isPresent();
  }

  /** Removes {@code undone} and all that is in it. */
  public void removeUndone() throws DiskException {
    TreeRemoval.remove(directory, UNDONE);
  }

  /** Returns {@code layers}, made if absent: what wrapped commands changed. */
  public Directory layers() throws DiskException {
    if (directory.stat(LAYERS).isEmpty()) {
      directory.makeDirectory(LAYERS, PRIVATE_DIRECTORY);
    }
    return directory.directory(LAYERS);
  }

  /** Returns whether there are layers. */
  public boolean hasLayers() throws DiskException {
    return directory.stat(LAYERS).isPresent();
  }

  /** Removes {@code layers} and all that is in it. */
  public void removeLayers() throws DiskException {
    TreeRemoval.remove(directory, LAYERS);
  }

  /** Removes what is in {@code parent} under this name, a whole tree. */
  public static void remove(Directory parent, EntryName name) throws DiskException {
    TreeRemoval.remove(parent, name);
  }

  /** Removes everything that was staged in {@code new}, so that it can be staged again. */
  public void removeStaged() throws DiskException {
    for (EntryName name : fresh.list()) {
      TreeRemoval.remove(fresh, name);
    }
    removeUndone();
  }

  /**
   * Removes what a commit left that was cut off before its decision, so that it can be made anew.
   */
  public void removeUndecided() throws DiskException {
    for (EntryName name : List.of(PLAN, READY, THEN)) {
      if (directory.stat(name).isPresent()) {
        directory.unlink(name);
      }
    }
  }

  /** Returns the name of a slot. */
  public static EntryName slotName(int slot) {
    return EntryName.of(Integer.toString(slot));
  }

  /** Takes the lock of the folder's process; empty if that lives, or its lock file is gone. */
  public Optional<DiskLock> tryLock() throws DiskException {
    return directory.stat(LOCK).isEmpty()
        ? Optional.empty()
        : directory.tryLock(LOCK, LockMode.EXCLUSIVE);
  }

  /** Notes what is to be run after the transaction. Durable with barrier 1. */
  public void follow(FollowUp followUp) throws DiskException {
    try (DiskFile file = directory.create(THEN, PRIVATE_FILE)) {
      file.write(0, ByteBuffer.wrap(followUp.encode()));
    }
  }

  /** Returns whether there is something to run that was not run to its end. */
  public boolean hasFollowUp() throws DiskException {
    return directory.stat(THEN).isPresent();
  }

  /** Returns what is to be run; empty if there is nothing, or it is damaged. */
  public Optional<FollowUp> followUp() throws DiskException {
    return hasFollowUp() ? FollowUp.decode(CheckedText.read(directory, THEN)) : Optional.empty();
  }

  /** Notes, durable on return, that it was run. */
  public void followedUp() throws DiskException {
    directory.renameOver(THEN, directory, THEN_DONE);
    directory.sync();
  }

  /** Returns whether nobody stages here any more. */
  public boolean isAbandoned() throws DiskException {
    if (directory.stat(LOCK).isEmpty()) {
      return true;
    }
    Optional<DiskLock> lock = directory.tryLock(LOCK, LockMode.EXCLUSIVE);
    lock.ifPresent(DiskLock::close);
    return lock.isPresent();
  }

  /** Returns whether the token is there. */
  public boolean has(Token token) throws DiskException {
    return directory.stat(token.fileName()).isPresent();
  }

  /** Creates a token with {@code content}. Not durable before the next barrier. */
  public void put(Token token, byte[] content) throws DiskException {
    if (has(token)) {
      return;
    }
    try (DiskFile file = directory.create(token.fileName(), PRIVATE_FILE)) {
      file.write(0, ByteBuffer.wrap(content));
    }
  }

  /** Returns a token's content. */
  public byte[] read(Token token) throws DiskException {
    return CheckedText.read(directory, token.fileName());
  }

  /** Removes a token, if it is there. */
  public void remove(Token token) throws DiskException {
    if (has(token)) {
      directory.unlink(token.fileName());
    }
  }

  /**
   * Makes the commit point a rename that needs no space: {@code ready} is made now, and becomes
   * {@code go} by {@link #go}.
   */
  public void prepareGo() throws DiskException {
    directory.create(READY, PRIVATE_FILE).close();
  }

  /** Writes {@code go}: one rename. */
  public void go() throws DiskException {
    if (!has(Token.GO)) {
      directory.rename(READY, directory, Token.GO.fileName());
    }
  }

  /** Writes the encoded plan. */
  public void writePlan(byte[] plan) throws DiskException {
    try (DiskFile file = directory.create(PLAN, PRIVATE_FILE)) {
      file.write(0, ByteBuffer.wrap(plan));
    }
  }

  /** Puts another encoded plan in the place of the one that is there, durable on return. */
  public void replacePlan(byte[] plan) throws DiskException {
    if (directory.stat(PLAN_NEXT).isPresent()) {
      directory.unlink(PLAN_NEXT);
    }
    try (DiskFile file = directory.create(PLAN_NEXT, PRIVATE_FILE)) {
      file.write(0, ByteBuffer.wrap(plan));
      file.sync();
    }
    directory.renameOver(PLAN_NEXT, directory, PLAN);
    directory.sync();
  }

  /** Returns the plan as written, which may be torn; empty if there is none. */
  public Optional<byte[]> readPlan() throws DiskException {
    Optional<Stat> stat = directory.stat(PLAN);
    if (stat.isEmpty()) {
      return Optional.empty();
    }
    try (DiskFile file = directory.openToRead(PLAN)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
      for (int n = 1; n > 0 && buffer.hasRemaining(); ) {
        n = file.read(buffer.position(), buffer);
      }
      return Optional.of(buffer.array());
    }
  }

  /**
   * Removes what only an unfinished transaction needs, and keeps the before-images and the token
   * {@code applied}, which says whose they are.
   *
   * @return whether before-images are left
   */
  public boolean tidy() throws DiskException {
    for (EntryName name :
        List.of(
            PLAN,
            READY,
            LOCK,
            Token.GO.fileName(),
            Token.BACK.fileName(),
            Token.OPEN.fileName(),
            Token.UNSURE.fileName())) {
      if (directory.stat(name).isPresent()) {
        directory.unlink(name);
      }
    }
    removeLayers();
    return !fresh.list().isEmpty() || !old.list().isEmpty();
  }

  @Override
  public void close() {
    old.close();
    fresh.close();
    directory.close();
  }
}
