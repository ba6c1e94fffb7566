package dev.holdfast.engine;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.Stat;
import dev.holdfast.engine.Diagnosis.Check;
import dev.holdfast.engine.Diagnosis.Grade;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Tries in an empty directory what updates need, as they do it. */
final class Probes {
  private static final EntryName ONE = EntryName.of("one");
  private static final EntryName TWO = EntryName.of("two");
  private static final EntryName FOLDER = EntryName.of("folder");
  private static final EntryName INSIDE = EntryName.of("inside");
  private static final EntryName LOCK = EntryName.of("lock");
  private static final EntryName CLONE = EntryName.of("clone");
  private static final int MODE = 0641;
  private static final Instant TIME = Instant.ofEpochSecond(1_000_000_000, 123_456_789);

  private final Directory directory;
  private final boolean isRoot;
  private final List<Check> checks = new ArrayList<>();
  private boolean updatesWork = true;
  private boolean barriersWork = true;

  Probes(Directory directory, boolean isRoot) {
    this.directory = directory;
    this.isRoot = isRoot;
  }

  /** Something that is tried; returns what was found in words, or throws. */
  private interface Probe {
    Check run(String name) throws DiskException;
  }

  /** Tries everything. */
  List<Check> run() {
    updatesWork &= tryOut("files", "files and directories cannot be made as asked", this::files);
    updatesWork &=
        tryOut("rename without replacing", "a new entry could cover another", this::noReplace);
    updatesWork &= tryOut("exchange", "entries cannot be replaced in one step", this::exchange);
    updatesWork &= tryOut("locks", "writers and gates cannot keep each other out", this::locks);
    barriersWork &= tryOut("directory sync", "renames cannot be made durable", this::directorySync);
    barriersWork &= tryOut("barrier", "nothing can be made durable", this::barrier);
    tryOut("times", "times to the nanosecond are lost", this::times);
    tryOut("hard links", "names of one inode become files of their own", this::hardLinks);
    tryOut("symbolic links and fifos", "they cannot be made", this::nodes);
    tryOut("extended attributes", "they are lost", this::attributes);
    tryOut("reflink", "undo copies bytes", this::reflink);
    return checks;
  }

  /** Returns whether an update can be applied at all. */
  boolean updatesWork() {
    return updatesWork;
  }

  /** Returns whether barriers succeed. */
  boolean barriersWork() {
    return barriersWork;
  }

  private boolean tryOut(String name, String otherwise, Probe probe) {
    Check check;
    try {
      check = probe.run(name);
    } catch (DiskException e) {
      boolean missing = e.error() == DiskError.UNSUPPORTED || e.error() == DiskError.NOT_PERMITTED;
      check =
          new Check(
              name,
              Grade.BAD,
              (missing ? "not supported there: " : "failed: ")
                  + otherwise
                  + " ("
                  + e.getMessage()
                  + ")");
    }
    checks.add(check);
    return check.grade() != Grade.BAD;
  }

  private static Check good(String name, String text) {
    return new Check(name, Grade.GOOD, text);
  }

  private static Check note(String name, String text) {
    return new Check(name, Grade.NOTE, text);
  }

  private static Check bad(String name, String text) {
    return new Check(name, Grade.BAD, text);
  }

  private static void write(DiskFile file, String text) throws DiskException {
    file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private Check files(String name) throws DiskException {
    try (DiskFile one = directory.create(ONE, MODE);
        DiskFile two = directory.create(TWO, MODE)) {
      write(one, "one");
      write(two, "two");
    }
    directory.makeDirectory(FOLDER, 0700);
    Stat stat = directory.stat(ONE).orElseThrow();
    if (directory.stat(EntryName.of("ONE")).isPresent()) {
      return note(name, "letter case does not tell names apart: two names can be one file");
    }
    return stat.mode() == MODE
        ? good(name, "made with the mode asked for")
        : note(name, "the mode asked for was not kept: permissions are the mount's");
  }

  private Check noReplace(String name) throws DiskException {
    try (Directory folder = directory.directory(FOLDER)) {
      directory.rename(ONE, folder, INSIDE);
      try {
        directory.rename(TWO, folder, INSIDE);
        return bad(name, "an entry was covered by a rename that must not");
      } catch (DiskException e) {
        if (e.error() != DiskError.EXISTS) {
          throw e;
        }
      }
      folder.rename(INSIDE, directory, ONE);
    }
    return good(name, "a new entry never covers another (RENAME_NOREPLACE)");
  }

  private Check exchange(String name) throws DiskException {
    directory.exchange(ONE, directory, FOLDER);
    boolean swapped =
        directory.stat(ONE).filter(Stat::isDirectory).isPresent()
            && directory.stat(FOLDER).filter(Stat::isFile).isPresent();
    directory.exchange(ONE, directory, FOLDER);
    return swapped
        ? good(name, "an entry is replaced in one step, a directory too (RENAME_EXCHANGE)")
        : bad(name, "an exchange was reported that did not happen");
  }

  private Check locks(String name) throws DiskException {
    directory.create(LOCK, 0600).close();
    try (DiskLock held = directory.tryLock(LOCK, LockMode.EXCLUSIVE).orElse(null)) {
      if (held == null) {
        return bad(name, "a lock that nobody holds was refused");
      }
      Optional<DiskLock> second = directory.tryLock(LOCK, LockMode.SHARED);
      second.ifPresent(DiskLock::close);
      return second.isEmpty()
          ? good(name, "flock(2) keeps others out")
          : bad(name, "flock(2) keeps nobody out");
    }
  }

  private Check directorySync(String name) throws DiskException {
    directory.sync();
    return good(name, "fsync of a directory works");
  }

  private Check barrier(String name) throws DiskException {
    try (FileSystemSync sync = directory.openSync()) {
      sync.sync();
    }
    return good(name, "syncfs, one for each file system of a transaction and barrier");
  }

  private Check times(String name) throws DiskException {
    try (Entry entry = directory.entry(ONE)) {
      entry.setModified(TIME);
      Instant found = entry.stat().modified();
      return found.equals(TIME)
          ? good(name, "kept to the nanosecond")
          : note(name, "not kept to the nanosecond: " + TIME + " became " + found);
    }
  }

  private Check hardLinks(String name) throws DiskException {
    directory.link(TWO, directory, EntryName.of("linked"));
    return directory.stat(TWO).filter(stat -> stat.links() == 2).isPresent()
        ? good(name, "work")
        : note(name, "were made, but are not counted");
  }

  private Check nodes(String name) throws DiskException {
    directory.makeSymbolicLink(EntryName.of("link"), new byte[] {'x'});
    directory.makeNode(EntryName.of("fifo"), FileType.FIFO, 0600, 0);
    return good(name, "work");
  }

  private Check attributes(String name) throws DiskException {
    byte[] value = {1, 0, 2};
    try (Entry entry = directory.entry(ONE)) {
      entry.setExtendedAttribute("user.holdfast", value);
      if (!Arrays.equals(value, entry.extendedAttributes().get("user.holdfast"))) {
        return bad(name, "a value that was set is not there");
      }
      if (!isRoot) {
        return good(name, "user.* are kept; not root: trusted.* and capabilities are left out");
      }
      entry.setExtendedAttribute("trusted.holdfast", value);
      return good(name, "user.* and trusted.* are kept");
    }
  }

  private Check reflink(String name) throws DiskException {
    try (DiskFile source = directory.openToRead(TWO);
        DiskFile clone = directory.create(CLONE, 0600)) {
      return clone.cloneFrom(source)
          ? good(name, "undo shares blocks with before-images")
          : note(name, "not there: undo copies the bytes of before-images");
    }
  }
}
