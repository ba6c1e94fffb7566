package dev.holdfast.journal.h2;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** The directory of the epochs' files. */
final class EpochDirectory implements AutoCloseable {
  private static final String PREFIX = "epoch-";
  private static final String NEW = ".new";
  private static final int DIGITS = 6;
  private static final int FILE_MODE = 0600;

  private final StateDirectory state;
  private final Directory directory;
  private final AbsolutePath path;

  EpochDirectory(StateDirectory state, Directory directory, AbsolutePath path) {
    this.state = state;
    this.directory = directory;
    this.path = path;
  }

  private static EntryName name(int epoch) {
    String digits = Integer.toString(epoch);
    return EntryName.of(PREFIX + "0".repeat(Math.max(0, DIGITS - digits.length())) + digits);
  }

  private static EntryName newName(int epoch) {
    return EntryName.of(name(epoch) + NEW);
  }

  /** Returns where an epoch's file is, for people. */
  String describe(int epoch) {
    return path.resolve(name(epoch)).toString();
  }

  /**
   * Returns the newest epoch's number.
   *
   * @throws JournalException if there is none, or one before it is missing
   */
  int newest() throws IOException {
    int count = 0;
    int newest = 0;
    for (EntryName entry : directory.list()) {
      OptionalInt number = number(entry);
      if (number.isPresent()) {
        count++;
        newest = Math.max(newest, number.getAsInt());
      }
    }
    if (newest == 0) {
      throw new JournalException(Reason.LOST, "journal " + path + " is lost: no epoch is there");
    }
    if (count != newest) {
      throw new JournalException(
          Reason.DAMAGED,
          "journal " + path + " is damaged: it goes up to epoch " + newest + " but has " + count);
    }
    return newest;
  }

  private static OptionalInt number(EntryName entry) {
    String text = entry.toString();
    if (!text.startsWith(PREFIX)
        || text.length() < PREFIX.length() + DIGITS
        || text.length() > PREFIX.length() + 9
        || !text.chars().skip(PREFIX.length()).allMatch(c -> c >= '0' && c <= '9')) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(text.substring(PREFIX.length()));
    return number > 0 && name(number).equals(entry) ? OptionalInt.of(number) : OptionalInt.empty();
  }

  /** Returns whether an epoch is there. */
  boolean has(int epoch) throws IOException {
    return directory.stat(name(epoch)).isPresent();
  }

  /** Returns whether {@code file} is still the one that the epoch's name leads to. */
  boolean isAt(int epoch, DiskFile file) throws IOException {
    Optional<Stat> named = directory.stat(name(epoch));
    return named.isPresent() && named.get().isSameInode(file.stat());
  }

  /** Opens an epoch's file. */
  DiskFile open(int epoch, boolean write) throws IOException {
    return state.openFile(directory, path, name(epoch), write);
  }

  /** Creates a file for an epoch, under another name for the time being. */
  DiskFile create(int epoch) throws IOException {
    EntryName name = newName(epoch);
    if (directory.stat(name).isPresent()) {
      directory.unlink(name); // left by a crash; nothing refers to it
    }
    return directory.create(name, FILE_MODE);
  }

  /** Gives a file its name, once all that belongs in it is durable. The epoch before is sealed. */
  void publish(int epoch) throws IOException {
    directory.rename(newName(epoch), directory, name(epoch));
    sync();
  }

  /** Takes a file away that was not published. */
  void discard(int epoch) throws IOException {
    directory.unlink(newName(epoch));
  }

  /** Removes everything: of a directory that was never published. */
  void removeAll() throws IOException {
    for (EntryName entry : directory.list()) {
      directory.unlink(entry);
    }
  }

  /** Waits until the names are durable. */
  void sync() throws IOException {
    try {
      directory.sync();
    } catch (DiskException e) {
      throw EpochFile.notDurable(path.toString(), e);
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
