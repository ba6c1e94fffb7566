package dev.holdfast.journal.h2;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * The state directory: what lies where in it, whose it has to be, and the lock.
 *
 * <pre>
 *   lock                    whoever appends holds it; says who did last
 *   id                      the format and the journal's identity
 *   journal/epoch-000001    the epochs; those before the newest are sealed
 *   suspect                 an I/O error happened: the next writer trusts only what it can re-read
 *   roots                   the engine's; where it is, there has to be a journal
 * </pre>
 *
 * Opening a file that somebody else could have written can run their code, so nothing here is
 * opened unless it is ours alone; it is checked through the open descriptor.
 */
final class StateDirectory implements AutoCloseable {
  private static final EntryName LOCK = EntryName.of("lock");
  private static final EntryName ID = EntryName.of("id");
  private static final EntryName NEW_ID = EntryName.of("id.new");
  private static final EntryName SUSPECT = EntryName.of("suspect");
  private static final EntryName ROOTS = EntryName.of("roots");
  private static final EntryName JOURNAL = EntryName.of("journal");
  private static final EntryName NEW_JOURNAL = EntryName.of("journal.new");

  private static final int DIRECTORY_MODE = 0700;
  private static final int FILE_MODE = 0600;
  private static final int OTHERS_MAY_WRITE = 022;
  private static final int OTHERS_MAY_ANYTHING = 077;
  private static final int MAX_TEXT = 4096;
  private static final String ID_FORM = "holdfast journal ";
  private static final long FIRST_PAUSE_MILLIS = 1;
  private static final long LONGEST_PAUSE_MILLIS = 5;

  private final AbsolutePath path;
  private final Disk disk;
  private final Directory directory;
  private final int uid;
  private final String holder;

  private StateDirectory(Disk disk, AbsolutePath path, Directory directory) {
    this.disk = disk;
    this.path = path;
    this.directory = directory;
    var host = disk.host();
    this.uid = host.uid();
    this.holder = "process " + host.processId() + " on " + host.hostName() + "\n";
  }

  /** Opens the state directory, which is created if there is none. */
  static StateDirectory open(Disk disk, AbsolutePath path) throws IOException {
    if (path.equals(AbsolutePath.ROOT)) {
      throw new JournalException(Reason.UNSAFE, "the root directory is no state directory");
    }
    try (Directory parent = openOrCreate(disk, path.parent())) {
      if (parent.stat(path.name()).isEmpty()) {
        make(parent, path.name(), DIRECTORY_MODE);
      }
      Optional<Stat> named = parent.stat(path.name());
      if (named.isEmpty() || named.get().type() != FileType.DIRECTORY) {
        throw unsafe(path, "it is not a directory");
      }
      Directory directory = disk.openDirectory(path);
      StateDirectory state = new StateDirectory(disk, path, directory);
      try {
        Stat opened = directory.stat();
        if (!opened.isSameInode(named.get())) {
          throw unsafe(path, "it was replaced just now");
        }
        state.checkDirectory(opened, path);
        return state;
      } catch (IOException e) {
        state.close();
        throw e;
      }
    }
  }

  private static Directory openOrCreate(Disk disk, AbsolutePath path) throws IOException {
    try {
      return disk.openDirectory(path);
    } catch (DiskException e) {
      if (e.error() != DiskError.NOT_FOUND || path.equals(AbsolutePath.ROOT)) {
        throw e;
      }
    }
    try (Directory parent = openOrCreate(disk, path.parent())) {
      make(parent, path.name(), 0755);
    }
    return disk.openDirectory(path);
  }

  private static void make(Directory parent, EntryName name, int mode) throws DiskException {
    try {
      parent.makeDirectory(name, mode);
    } catch (DiskException e) {
      if (e.error() != DiskError.EXISTS) {
        throw e;
      }
    }
    parent.sync();
  }

  /** Returns its path. */
  AbsolutePath path() {
    return path;
  }

  private void checkDirectory(Stat stat, AbsolutePath what) throws JournalException {
    if (stat.uid() != uid) {
      throw unsafe(what, "it belongs to user " + stat.uid() + ", this process is user " + uid);
    }
    if ((stat.mode() & OTHERS_MAY_WRITE) != 0) {
      throw unsafe(what, "others may write there: " + mode(stat) + " should be 0700");
    }
  }

  private void checkFile(Stat stat, AbsolutePath what) throws JournalException {
    if (stat.type() != FileType.FILE) {
      throw unsafe(what, "it is not a regular file");
    }
    if (stat.uid() != uid) {
      throw unsafe(what, "it belongs to user " + stat.uid() + ", this process is user " + uid);
    }
    if ((stat.mode() & OTHERS_MAY_ANYTHING) != 0) {
      throw unsafe(what, "others may use it: " + mode(stat) + " should be 0600");
    }
    if (stat.links() != 1) {
      throw unsafe(what, "it has " + stat.links() + " names and should have one");
    }
  }

  private static String mode(Stat stat) {
    return "0" + Integer.toOctalString(stat.mode());
  }

  private static JournalException unsafe(AbsolutePath what, String problem) {
    return new JournalException(
        Reason.UNSAFE, "refused " + what + ", which has to be ours alone: " + problem);
  }

  private JournalException damaged(EntryName name, String problem) {
    return new JournalException(
        Reason.DAMAGED, "journal " + path.resolve(name) + " is damaged: " + problem);
  }

  /** Opens one of our files, and makes sure that it is one. */
  DiskFile openFile(Directory in, AbsolutePath inPath, EntryName name, boolean write)
      throws IOException {
    AbsolutePath what = inPath.resolve(name);
    Optional<Stat> named = in.stat(name);
    if (named.isPresent()) {
      checkFile(named.get(), what);
    }
    DiskFile file = write ? in.openToWrite(name) : in.openToRead(name);
    try {
      checkFile(file.stat(), what);
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** Returns whether there is a journal in {@code path}, which need not exist. */
  static boolean holdsJournal(Disk disk, AbsolutePath path) throws DiskException {
    try (Directory directory = disk.openDirectory(path)) {
      return directory.stat(JOURNAL).isPresent();
    } catch (DiskException e) {
      return switch (e.error()) {
        case NOT_FOUND, NOT_DIRECTORY -> false;
        default -> throw e;
      };
    }
  }

  /** Returns whether there is a journal. */
  boolean hasJournal() throws IOException {
    return directory.stat(JOURNAL).isPresent();
  }

  /** Returns whether something says that there was one. */
  boolean hadJournal() throws IOException {
    return directory.stat(ROOTS).isPresent() || directory.stat(ID).isPresent();
  }

  /** Opens the directory of the epochs. */
  EpochDirectory openEpochs() throws IOException {
    return openEpochs(JOURNAL);
  }

  private EpochDirectory openEpochs(EntryName name) throws IOException {
    AbsolutePath what = path.resolve(name);
    Optional<Stat> named = directory.stat(name);
    if (named.isPresent() && named.get().type() != FileType.DIRECTORY) {
      throw unsafe(what, "it is not a directory");
    }
    Directory epochs = directory.directory(name);
    try {
      checkDirectory(epochs.stat(), what);
    } catch (IOException e) {
      epochs.close();
      throw e;
    }
    return new EpochDirectory(this, epochs, what);
  }

  /**
   * Creates the directory of the epochs: {@code first} writes the first one. It is there with all
   * that belongs to it, or it is not there, whenever the power goes. Needs the lock.
   */
  void createEpochs(FirstEpoch first) throws IOException {
    if (directory.stat(NEW_JOURNAL).isPresent()) {
      try (EpochDirectory left = openEpochs(NEW_JOURNAL)) {
        left.removeAll();
      }
      directory.removeDirectory(NEW_JOURNAL);
    }
    directory.makeDirectory(NEW_JOURNAL, DIRECTORY_MODE);
    try (EpochDirectory epochs = openEpochs(NEW_JOURNAL)) {
      first.write(epochs);
    }
    directory.rename(NEW_JOURNAL, directory, JOURNAL);
  }

  /** Writes the first epoch, and makes it durable. */
  interface FirstEpoch {
    void write(EpochDirectory epochs) throws IOException;
  }

  /**
   * Makes sure that the journal's directory itself is durable, and says so by the file {@code id}.
   * Needs the lock.
   */
  void confirm(UUID journal) throws IOException {
    if (directory.stat(ID).isPresent()) {
      return;
    }
    directory.sync();
    syncAncestors();
    if (directory.stat(NEW_ID).isPresent()) {
      directory.unlink(NEW_ID);
    }
    String text = ID_FORM + EpochLabel.FORMAT + "\n" + journal + "\n";
    try (DiskFile file = directory.create(NEW_ID, FILE_MODE)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
      file.sync();
    }
    directory.rename(NEW_ID, directory, ID);
    directory.sync();
  }

  /** Somebody may have made them and been killed; what we may not even open we did not make. */
  private void syncAncestors() throws DiskException {
    AbsolutePath ancestor = path;
    while (!ancestor.equals(AbsolutePath.ROOT)) {
      ancestor = ancestor.parent();
      try (Directory parent = disk.openDirectory(ancestor)) {
        parent.sync();
      } catch (DiskException e) {
        if (e.error() != DiskError.DENIED && e.error() != DiskError.READ_ONLY) {
          throw e;
        }
      }
    }
  }

  /**
   * Returns the identity in the file {@code id}; none if the journal's creation was cut short.
   *
   * @throws JournalException if a newer program wrote it, or nobody did
   */
  Optional<UUID> id() throws IOException {
    if (directory.stat(ID).isEmpty()) {
      return Optional.empty();
    }
    String text;
    try (DiskFile file = openFile(directory, path, ID, false)) {
      text = text(file);
    }
    String[] lines = text.split("\n", -1);
    int format = format(lines[0]);
    if (format > EpochLabel.FORMAT) {
      throw new JournalException(
          Reason.NEWER,
          "journal "
              + path
              + " is of format "
              + format
              + ", this program knows "
              + EpochLabel.FORMAT
              + "; use a newer one");
    }
    if (lines.length != 3 || lines[1].length() != 36 || !lines[2].isEmpty()) {
      throw damaged(ID, "it is not what it should be");
    }
    try {
      return Optional.of(UUID.fromString(lines[1]));
    } catch (IllegalArgumentException _) {
      throw damaged(ID, "it is not what it should be");
    }
  }

  private int format(String line) throws JournalException {
    String digits = line.startsWith(ID_FORM) ? line.substring(ID_FORM.length()) : "";
    boolean good = !digits.isEmpty() && digits.length() < 10 && digits.charAt(0) != '0';
    for (int i = 0; i < digits.length(); i++) {
      good &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!good) {
      throw damaged(ID, "it is not what it should be");
    }
    return Integer.parseInt(digits);
  }

  private static String text(DiskFile file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_TEXT);
    EpochFile.readFully(file, 0, buffer);
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1);
  }

  /** Returns whether an I/O error was met. */
  boolean isSuspect() throws IOException {
    return directory.stat(SUSPECT).isPresent();
  }

  /** Notes that an I/O error was met. It matters in this boot only, so it is not synced. */
  void leaveSuspect(String why) throws IOException {
    if (!isSuspect()) {
      try (DiskFile file = directory.create(SUSPECT, FILE_MODE)) {
        file.write(0, ByteBuffer.wrap((why + "\n").getBytes(StandardCharsets.UTF_8)));
      }
    }
  }

  /** Takes that note away. */
  void clearSuspect() throws IOException {
    if (isSuspect()) {
      directory.unlink(SUSPECT);
    }
  }

  /**
   * Takes the lock, waiting for other writers' short moments.
   *
   * @throws JournalException with {@link Reason#BUSY}, naming the holder, after {@code limit}
   */
  DiskLock lock(Duration limit) throws IOException {
    long start = System.nanoTime();
    for (long pause = FIRST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
      Optional<DiskLock> lock = tryLock();
      if (lock.isPresent()) {
        return lock.get();
      }
      if (System.nanoTime() - start > limit.toNanos()) {
        throw busy(limit);
      }
      Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(pause));
    }
  }

  private Optional<DiskLock> tryLock() throws IOException {
    Optional<Stat> named = directory.stat(LOCK);
    if (named.isEmpty()) {
      try {
        directory.create(LOCK, FILE_MODE).close();
      } catch (DiskException e) {
        if (e.error() != DiskError.EXISTS) {
          throw e;
        }
      }
    } else {
      checkFile(named.get(), path.resolve(LOCK));
    }
    Optional<DiskLock> lock = directory.tryLock(LOCK, LockMode.EXCLUSIVE);
    if (lock.isPresent()) {
      try {
        checkFile(lock.get().file().stat(), path.resolve(LOCK));
        noteHolder(lock.get().file());
      } catch (IOException e) {
        lock.get().close();
        throw e;
      }
    }
    return lock;
  }

  /** For the message of whoever waits in vain; written only when it changes, never synced. */
  private void noteHolder(DiskFile file) {
    try {
      if (!text(file).equals(holder)) {
        file.truncate(0);
        file.write(0, ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
      }
    } catch (IOException _) {
      // a full disk is no reason not to hold the lock
    }
  }

  private JournalException busy(Duration waited) {
    String who = "somebody else";
    try (DiskFile file = openFile(directory, path, LOCK, false)) {
      String text = text(file).strip();
      who = text.isEmpty() ? who : text;
    } catch (IOException _) {
      // then the message names nobody
    }
    return new JournalException(
        Reason.BUSY,
        "journal " + path + " is held by " + who + " (waited " + waited.toMillis() + " ms)");
  }

  @Override
  public void close() {
    directory.close();
  }
}
