package dev.holdfast.engine.control;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.control.TransactionFolder.Token;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.TransactionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A root's control directory: {@code PARENT/.holdfast/NAME/} if the parent is ours and nobody else
 * may write there, else {@code ROOT/.holdfast/}. Always on the root's own mount, because entries
 * move between the two by rename.
 *
 * <p>It holds {@code owner}, {@code lock}, {@code gate}, {@code pending} (the {@link Marker}),
 * {@code settings}, {@code tx/} with the folders of unfinished transactions and {@code images/}
 * with those of finished ones. Opened by descriptor, never through a link, and refused if anybody
 * else could have written it.
 */
public final class ControlDirectory implements AutoCloseable {
  /** The name that no transaction touches, at any depth. */
  public static final EntryName NAME = EntryName.of(".holdfast");

  private static final EntryName OWNER = EntryName.of("owner");
  private static final EntryName OWNER_NEXT = EntryName.of("owner.next");
  private static final EntryName LOCK = EntryName.of("lock");
  private static final EntryName GATE = EntryName.of("gate");
  private static final EntryName PENDING = EntryName.of("pending");
  private static final EntryName PENDING_NEXT = EntryName.of("pending.next");
  private static final EntryName FOLLOW_UP = EntryName.of("then");
  private static final EntryName FORGOTTEN = EntryName.of("forgotten");
  private static final EntryName SETTINGS = EntryName.of("settings");
  private static final EntryName SETTINGS_NEXT = EntryName.of("settings.next");
  private static final EntryName TRANSACTIONS = EntryName.of("tx");
  private static final EntryName IMAGES = EntryName.of("images");
  private static final String SETTINGS_TITLE = "holdfast-settings 1";
  private static final int OPEN_DIRECTORY = 0755;
  private static final int PRIVATE_DIRECTORY = 0700;
  private static final int LOCK_MODE = 0640;
  private static final int READABLE_FILE = 0644;
  private static final int OTHERS_WRITE = 0022;

  private final AbsolutePath path;
  private final Directory directory;
  private final Directory transactions;
  private final Directory images;

  private ControlDirectory(
      AbsolutePath path, Directory directory, Directory transactions, Directory images) {
    this.path = path;
    this.directory = directory;
    this.transactions = transactions;
    this.images = images;
  }

  private static ControlDirectory of(AbsolutePath path, Directory directory) throws DiskException {
    Directory transactions = directory.directory(TRANSACTIONS);
    try {
      return new ControlDirectory(path, directory, transactions, directory.directory(IMAGES));
    } catch (DiskException e) {
      transactions.close();
      throw e;
    }
  }

  /**
   * Decides where the control directory of a new root belongs.
   *
   * @throws RefusedException if there is no safe place for it
   */
  public static AbsolutePath placeFor(Disk disk, AbsolutePath root) throws IOException {
    AbsolutePath parent = root.parent();
    int us = disk.host().uid();
    try (Directory holder = disk.openDirectory(parent)) {
      Stat parentStat = holder.stat();
      Optional<Stat> rootStat = holder.stat(root.name());
      boolean ours = parentStat.uid() == us && (parentStat.mode() & OTHERS_WRITE) == 0;
      boolean sameMount =
          rootStat.isEmpty()
              || (rootStat.get().device() == parentStat.device()
                  && rootStat.get().mount() == parentStat.mount());
      if (ours && sameMount && !holder.fileSystem().readOnly()) {
        return parent.resolve(NAME).resolve(root.name());
      }
      if (rootStat.isEmpty()) {
        throw new RefusedException(
            "cannot care for "
                + root
                + ": it does not exist, and its parent can be written by others, so its control"
                + " directory would have to lie in it; make it first");
      }
      return root.resolve(NAME);
    }
  }

  /** Returns where the control directory of a root can be, the preferred place first. */
  public static List<AbsolutePath> places(AbsolutePath root) {
    return List.of(root.parent().resolve(NAME).resolve(root.name()), root.resolve(NAME));
  }

  /** Returns whether anything is there at {@code path}. */
  public static boolean isThere(Disk disk, AbsolutePath path) throws DiskException {
    try (Directory holder = disk.openDirectory(path.parent())) {
      return holder.stat(path.name()).isPresent();
    } catch (DiskException e) {
      if (e.error() == DiskError.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  /** Opens the control directory at {@code path}; empty if there is none. */
  public static Optional<ControlDirectory> open(Disk disk, AbsolutePath path) throws IOException {
    Directory directory = null;
    try (Directory holder = disk.openDirectory(path.parent())) {
      Optional<Stat> stat = holder.stat(path.name());
      if (stat.isEmpty()) {
        return Optional.empty();
      }
      requireOurs(disk, path, stat.get());
      directory = holder.directory(path.name());
      ControlDirectory opened = of(path, directory);
      directory = null;
      return Optional.of(opened);
    } catch (DiskException e) {
      if (e.error() == DiskError.NOT_FOUND || e.error() == DiskError.NOT_DIRECTORY) {
        return Optional.empty();
      }
      throw e;
    } finally {
      if (directory != null) {
        directory.close();
      }
    }
  }

  /** Makes the control directory at {@code path} and syncs it. What is there already is kept. */
  public static ControlDirectory create(Disk disk, AbsolutePath path, Owner owner)
      throws IOException {
    if (!path.name().equals(NAME)) {
      makePlain(disk, path.parent());
    }
    makePlain(disk, path);
    try (Directory directory = disk.openDirectory(path)) {
      // What can be opened can be locked: open() wants the folders, which come last.
      for (EntryName lock : List.of(LOCK, GATE)) {
        if (directory.stat(lock).isEmpty()) {
          directory.create(lock, LOCK_MODE).close();
        }
      }
      for (EntryName folders : List.of(TRANSACTIONS, IMAGES)) {
        if (directory.stat(folders).isEmpty()) {
          directory.makeDirectory(folders, PRIVATE_DIRECTORY);
        }
      }
      ControlDirectory made = of(path, directory.directory(RelativePath.EMPTY));
      try (FileSystemSync sync = directory.openSync()) {
        if (made.owner().isEmpty()) {
          made.write(OWNER_NEXT, OWNER, owner.encode());
        }
        made.keep();
        sync.sync();
        return made;
      } catch (DiskException e) {
        made.close();
        throw e;
      }
    }
  }

  private static void makePlain(Disk disk, AbsolutePath path) throws IOException {
    try (Directory holder = disk.openDirectory(path.parent())) {
      if (holder.stat(path.name()).isEmpty()) {
        holder.makeDirectory(path.name(), OPEN_DIRECTORY);
        try (Directory made = holder.directory(path.name())) {
          stripAcl(made);
        }
      }
      requireOurs(disk, path, holder.stat(path.name()).orElseThrow());
    }
  }

  /** A default ACL of the parent would be inherited by everything that is staged. */
  private static void stripAcl(Directory directory) throws DiskException {
    for (String name : directory.extendedAttributes().keySet()) {
      if (name.startsWith("system.posix_acl_")) {
        directory.removeExtendedAttribute(name);
      }
    }
  }

  private static void requireOurs(Disk disk, AbsolutePath path, Stat stat) throws RefusedException {
    if (!stat.isDirectory()) {
      throw new RefusedException(path + " is not a directory: nothing was changed");
    }
    if (stat.uid() != disk.host().uid() || (stat.mode() & OTHERS_WRITE) != 0) {
      throw new RefusedException(
          path + " is not ours alone to write (owner, mode): nothing was changed");
    }
  }

  /** Returns where it is. */
  public AbsolutePath path() {
    return path;
  }

  /** Returns the directory itself. */
  public Directory directory() {
    return directory;
  }

  /** Returns whose it is; empty if that is not known: missing or damaged. */
  public Optional<Owner> owner() throws DiskException {
    return directory.stat(OWNER).isEmpty()
        ? Optional.empty()
        : Owner.decode(CheckedText.read(directory, OWNER));
  }

  /**
   * Writes what {@link #raiseSequence} will put into place. Durable with barrier 1, so that the
   * rename after it can never install a torn file.
   */
  public void prepareSequence(Owner owner, long sequence) throws DiskException {
    if (owner.sequence() < sequence) {
      writeTemporary(OWNER_NEXT, owner.withSequence(sequence).encode());
    }
  }

  /** Returns whether {@link #prepareSequence} left something that was not put into place. */
  public boolean hasPreparedSequence() throws DiskException {
    return directory.stat(OWNER_NEXT).isPresent();
  }

  /** Removes what {@link #prepareSequence} wrote, of a transaction that came to nothing. */
  public void dropSequence() throws DiskException {
    if (hasPreparedSequence()) {
      directory.unlink(OWNER_NEXT);
    }
  }

  /** Records that the transaction passed its barrier 1. Durable with barrier 2. */
  public void raiseSequence() throws DiskException {
    if (directory.stat(OWNER_NEXT).isPresent()) {
      directory.renameOver(OWNER_NEXT, directory, OWNER);
    }
  }

  /** Gives the control directory to another journal ({@code recover --adopt}), and syncs it. */
  public void changeOwner(Owner owner) throws DiskException {
    write(OWNER_NEXT, OWNER, owner.encode());
    directory.sync();
  }

  /**
   * Says, durable on return, that the root is being taken out of care: from here on the gate lets
   * nobody in, because updates of roots around this one may not know of it any more.
   */
  public void forget() throws DiskException {
    if (!isForgotten()) {
      directory.create(FORGOTTEN, READABLE_FILE).close();
    }
    directory.sync();
  }

  /** Returns whether the root is being taken out of care, or that was cut off. */
  public boolean isForgotten() throws DiskException {
    return directory.stat(FORGOTTEN).isPresent();
  }

  /** Takes back what {@link #forget} said. The caller knows that the root is on the list. */
  public void keep() throws DiskException {
    if (isForgotten()) {
      directory.unlink(FORGOTTEN);
    }
  }

  private void write(EntryName temporary, EntryName name, byte[] bytes) throws DiskException {
    writeTemporary(temporary, bytes);
    try (DiskFile file = directory.openToWrite(temporary)) {
      file.sync();
    }
    directory.renameOver(temporary, directory, name);
  }

  private void writeTemporary(EntryName temporary, byte[] bytes) throws DiskException {
    if (directory.stat(temporary).isPresent()) {
      directory.unlink(temporary);
    }
    try (DiskFile file = directory.create(temporary, READABLE_FILE)) {
      file.write(0, ByteBuffer.wrap(bytes));
    }
  }

  /** Returns the root's settings. */
  public Map<String, String> settings() throws DiskException {
    Map<String, String> settings = new TreeMap<>();
    if (directory.stat(SETTINGS).isPresent()) {
      CheckedText.decode(SETTINGS_TITLE, CheckedText.read(directory, SETTINGS))
          .ifPresent(values ->
              values.forEach(
                  (key, value) -> settings.put(key, new String(value, StandardCharsets.UTF_8))));
    }
    return settings;
  }

  /** Writes the root's settings, durable on return. */
  public void writeSettings(Map<String, String> settings) throws DiskException {
    Map<String, byte[]> values = new TreeMap<>();
    settings.forEach((key, value) -> values.put(key, value.getBytes(StandardCharsets.UTF_8)));
    write(SETTINGS_NEXT, SETTINGS, CheckedText.encode(SETTINGS_TITLE, values));
    directory.sync();
  }

  /** Tries to take the writer's lock. */
  public Optional<DiskLock> tryLock() throws DiskException {
    return directory.tryLock(LOCK, LockMode.EXCLUSIVE);
  }

  /** Returns who holds the writer's lock, as it said itself; for people. */
  public String holder() throws DiskException {
    String text = new String(CheckedText.read(directory, LOCK), StandardCharsets.UTF_8).strip();
    return text.isEmpty() ? "another process" : text;
  }

  /** Says in the lock file who holds it. A full disk is no reason not to hold it. */
  public static void sign(DiskLock lock, String holder) {
    byte[] bytes = (holder + "\n").getBytes(StandardCharsets.UTF_8);
    try {
      lock.file().truncate(0);
      lock.file().write(0, ByteBuffer.wrap(bytes));
    } catch (DiskException e) {
      System.getLogger(ControlDirectory.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot sign a lock: {0}", e.getMessage());
    }
  }

  /** Takes the holder's name out of the lock file, lest it be blamed for somebody else's lock. */
  public static void unsign(DiskLock lock) {
    try {
      lock.file().truncate(0);
    } catch (DiskException _) {
      // It is for messages only.
    }
  }

  /** Tries to take the gate. */
  public Optional<DiskLock> tryGate(LockMode mode) throws DiskException {
    return directory.tryLock(GATE, mode);
  }

  /** Says that there may be something to run after a transaction. */
  public void flagFollowUp() throws DiskException {
    if (!isFollowUpFlagged()) {
      directory.create(FOLLOW_UP, READABLE_FILE).close();
    }
  }

  /** Returns whether there may be something to run after a transaction. */
  public boolean isFollowUpFlagged() throws DiskException {
    return directory.stat(FOLLOW_UP).isPresent();
  }

  /** Says that there is nothing to run. */
  public void dropFollowUpFlag() throws DiskException {
    directory.unlink(FOLLOW_UP);
  }

  /** Returns whether the marker is there, whatever it says. */
  public boolean isPending() throws DiskException {
    return directory.stat(PENDING).isPresent();
  }

  /** Returns the marker; empty if it is not there or is torn. */
  public Optional<Marker> marker() throws DiskException {
    return isPending() ? Marker.decode(CheckedText.read(directory, PENDING)) : Optional.empty();
  }

  /** Creates the marker; it must not be there. Durable with barrier 1. */
  public void mark(Marker marker) throws DiskException {
    try (DiskFile file = directory.create(PENDING, READABLE_FILE)) {
      file.write(0, ByteBuffer.wrap(marker.encode()));
    }
  }

  /** Puts another marker in the place of the one that is there, durable on return. */
  public void remark(Marker marker) throws DiskException {
    write(PENDING_NEXT, PENDING, marker.encode());
    directory.sync();
  }

  /**
   * Turns the marker into a token of its transaction, in one rename: removal and evidence. Where a
   * file system without a journal has brought back both, only the removal is left to do.
   */
  public void settle(TransactionFolder folder, Token token) throws DiskException {
    if (folder.has(token)) {
      removeMarker();
      return;
    }
    directory.rename(PENDING, folder.directory(), token.fileName());
  }

  /** Removes a marker that was torn before it meant anything. */
  public void removeMarker() throws DiskException {
    directory.unlink(PENDING);
    directory.sync();
  }

  /**
   * Makes the folder of a new transaction; fails if there is one. The caller has the journal open
   * for appending, which keeps {@link #removeUnfinished} from it.
   */
  public TransactionFolder.Created createFolder(TransactionId id) throws DiskException {
    return TransactionFolder.create(transactions, id);
  }

  /** Opens a transaction's folder; empty if it is not there, or was retired. */
  public Optional<TransactionFolder> folder(TransactionId id) throws DiskException {
    return TransactionFolder.open(transactions, id);
  }

  /** Opens the folder that holds a transaction's before-images, retired or not. */
  public Optional<TransactionFolder> imagesOf(TransactionId id) throws DiskException {
    Optional<TransactionFolder> recent = folder(id);
    return recent.isPresent() ? recent : TransactionFolder.open(images, id);
  }

  /** Returns the transactions that have a folder here and are not retired, sorted. */
  public List<TransactionId> folders() throws DiskException {
    return ids(transactions);
  }

  /** Returns the retired transactions, whose before-images are kept, sorted. */
  public List<TransactionId> retired() throws DiskException {
    return ids(images);
  }

  /**
   * Puts a finished transaction's folder away to the before-images that are kept, or removes it if
   * it has none.
   */
  public void retire(TransactionId id, TransactionFolder folder) throws DiskException {
    if (folder.tidy()) {
      EntryName name = EntryName.of(id.text());
      transactions.rename(name, images, name);
    } else {
      removeFolder(id);
    }
  }

  /** Returns whether there is a folder that is being made, or was cut off while it was made. */
  public boolean hasUnfinished() throws DiskException {
    return transactions.list().stream().anyMatch(TransactionFolder::isUnfinished);
  }

  /** Removes folders that were cut off while they were made. The caller keeps others from it. */
  public void removeUnfinished() throws DiskException {
    for (EntryName name : transactions.list()) {
      if (TransactionFolder.isUnfinished(name)) {
        TreeRemoval.remove(transactions, name);
      }
    }
  }

  private static List<TransactionId> ids(Directory directory) throws DiskException {
    List<TransactionId> ids = new ArrayList<>();
    for (EntryName name : directory.list()) {
      try {
        ids.add(new TransactionId(name.toString()));
      } catch (IllegalArgumentException _) {
        // Not ours to know, and not ours to remove.
      }
    }
    return ids;
  }

  /**
   * Removes a transaction's folder that was not retired. One that somebody retires at this moment
   * stays: it holds what is kept.
   */
  public void removeUnfinished(TransactionId id) throws DiskException {
    TreeRemoval.remove(transactions, EntryName.of(id.text()));
  }

  /** Removes a transaction's folder with all that is in it; returns the bytes it held. */
  public long removeFolder(TransactionId id) throws DiskException {
    EntryName name = EntryName.of(id.text());
    return TreeRemoval.remove(transactions, name) + TreeRemoval.remove(images, name);
  }

  /** Returns the bytes that a transaction's folder holds. */
  public long folderSize(TransactionId id) throws DiskException {
    EntryName name = EntryName.of(id.text());
    return TreeRemoval.size(transactions, name) + TreeRemoval.size(images, name);
  }

  /** Returns the bytes that all transactions' folders hold. */
  public long size() throws DiskException {
    return TreeRemoval.size(directory, TRANSACTIONS) + TreeRemoval.size(directory, IMAGES);
  }

  /** Removes the whole control directory ({@code root forget}). */
  public static void remove(Disk disk, AbsolutePath path) throws DiskException {
    try (Directory holder = disk.openDirectory(path.parent())) {
      TreeRemoval.remove(holder, path.name());
      if (holder.list().isEmpty() && path.parent().name().equals(NAME)) {
        try (Directory above = disk.openDirectory(path.parent().parent())) {
          above.removeDirectory(NAME);
        }
      }
    }
  }

  @Override
  public void close() {
    images.close();
    transactions.close();
    directory.close();
  }
}
