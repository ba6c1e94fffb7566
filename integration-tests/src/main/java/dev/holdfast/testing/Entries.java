package dev.holdfast.testing;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.testing.EntryChange.Slot;
import java.time.Instant;

/**
 * The rules of rename(2), link(2) and their like on one volume: what is refused with which error,
 * and what changes. Stateless but for the call it was made for.
 */
final class Entries {
  private static final int MAX_LINKS = 65_000;

  private final Machine machine;
  private final int volume;
  private final Call call;

  Entries(Machine machine, int volume, Call call) {
    this.machine = machine;
    this.volume = volume;
    this.call = call;
  }

  private Image cache() {
    return machine.volume(volume).cache();
  }

  private DiskException failed(DiskError error) {
    return OpenInode.failed(error, call);
  }

  private void apply(EntryChange change) {
    machine.change(volume, machine.volume(volume).apply(change));
    machine.reap(volume);
  }

  private void checkWritable() throws DiskException {
    if (machine.volume(volume).facts().readOnly()) {
      throw failed(DiskError.READ_ONLY);
    }
  }

  /** Creates an inode under a free name and returns its id. */
  long create(long directory, EntryName name, FileType type, int mode, long deviceNumber)
      throws DiskException {
    return create(directory, name, type, mode, deviceNumber, Bytes.NONE);
  }

  /** Creates a symbolic link under a free name and returns its id. */
  long link(long directory, EntryName name, Bytes target) throws DiskException {
    return create(directory, name, FileType.SYMLINK, 0777, 0, target);
  }

  private long create(
      long directory, EntryName name, FileType type, int mode, long deviceNumber, Bytes target)
      throws DiskException {
    Volume before = machine.volume(volume);
    Inode parent = before.cache().get(directory);
    if (cache().lookUp(directory, name) != 0) {
      throw failed(DiskError.EXISTS);
    }
    checkWritable();
    checkAlive(directory);
    if (before.cache().size() >= before.facts().maxInodes()) {
      throw failed(DiskError.NO_SPACE);
    }
    if (type == FileType.DIRECTORY && parent.subdirectories() + 2 >= MAX_LINKS) {
      throw failed(DiskError.TOO_MANY_LINKS);
    }
    InodeNumbers numbers = before.numbers();
    Instant now = machine.timestamp();
    Inode.Identity identity =
        new Inode.Identity(
            numbers.nextId(),
            numbers.number(),
            type,
            deviceNumber,
            target,
            now,
            numbers.formerHolders());
    boolean inherits = (parent.attributes().mode() & 02000) != 0;
    int setgid = inherits && type == FileType.DIRECTORY ? 02000 : 0;
    Inode inode =
        Inode.unnamed(identity, mode | setgid, 0, inherits ? parent.attributes().gid() : 0);
    machine.change(volume, before.withUnnamed(inode, numbers.taken()));
    apply(EntryChange.naming(inode, now, new Slot(directory, name, 0, inode.id())));
    return inode.id();
  }

  void link(long from, EntryName name, long to, EntryName newName) throws DiskException {
    long id = existing(from, name);
    if (cache().lookUp(to, newName) != 0) {
      throw failed(DiskError.EXISTS);
    }
    checkWritable();
    checkAlive(to);
    Inode inode = cache().get(id);
    if (inode.isDirectory()) {
      throw failed(DiskError.NOT_PERMITTED);
    }
    if (inode.links() >= MAX_LINKS) {
      throw failed(DiskError.TOO_MANY_LINKS);
    }
    apply(EntryChange.naming(inode, machine.timestamp(), new Slot(to, newName, 0, id)));
  }

  /**
   * Moves an entry.
   *
   * @param replace whether over another entry
   */
  void rename(long from, EntryName name, long to, EntryName newName, boolean replace)
      throws DiskException {
    long id = existing(from, name);
    long old = cache().lookUp(to, newName);
    if (old != 0 && !replace) {
      throw failed(DiskError.EXISTS);
    }
    checkWritable();
    checkAlive(to);
    if (old != 0 && cache().isWithin(from, old) && cache().get(old).isDirectory()) {
      throw failed(DiskError.NOT_EMPTY);
    }
    checkOutside(to, id);
    if (old == id) {
      return;
    }
    checkReplaceable(id, old);
    checkNotMounted(id);
    Instant now = machine.timestamp();
    if (machine.volume(volume).model().splitRenames()
        && from != to
        && !cache().get(id).isDirectory()) {
      apply(EntryChange.naming(cache().get(id), now, new Slot(to, newName, old, id)));
      apply(EntryChange.of(now, new Slot(from, name, id, 0)));
    } else {
      apply(EntryChange.of(now, new Slot(from, name, id, 0), new Slot(to, newName, old, id)));
    }
  }

  void exchange(long from, EntryName name, long with, EntryName otherName) throws DiskException {
    long id = existing(from, name);
    long other = existing(with, otherName);
    checkWritable();
    checkOutside(with, id);
    checkOutside(from, other);
    if (id == other) {
      return;
    }
    checkNotMounted(id);
    checkNotMounted(other);
    apply(
        EntryChange.of(
            machine.timestamp(),
            new Slot(from, name, id, other),
            new Slot(with, otherName, other, id)));
  }

  void unlink(long directory, EntryName name) throws DiskException {
    long id = existing(directory, name);
    checkWritable();
    if (cache().get(id).isDirectory()) {
      throw failed(DiskError.IS_DIRECTORY);
    }
    apply(EntryChange.of(machine.timestamp(), new Slot(directory, name, id, 0)));
  }

  void removeDirectory(long directory, EntryName name) throws DiskException {
    long id = existing(directory, name);
    checkWritable();
    Inode inode = cache().get(id);
    if (!inode.isDirectory()) {
      throw failed(DiskError.NOT_DIRECTORY);
    }
    checkNotMounted(id);
    if (!inode.entries().isEmpty()) {
      throw failed(DiskError.NOT_EMPTY);
    }
    apply(EntryChange.of(machine.timestamp(), new Slot(directory, name, id, 0)));
  }

  private long existing(long directory, EntryName name) throws DiskException {
    long id = cache().lookUp(directory, name);
    if (id == 0) {
      throw failed(DiskError.NOT_FOUND);
    }
    return id;
  }

  private void checkAlive(long directory) throws DiskException {
    if (!cache().isNamed(directory)) {
      throw failed(DiskError.NOT_FOUND);
    }
  }

  private void checkOutside(long directory, long moved) throws DiskException {
    if (cache().get(moved).isDirectory() && cache().isWithin(directory, moved)) {
      throw new DiskException(
          DiskError.OTHER,
          call.verb().text(),
          call.path().toString(),
          "EINVAL: into a directory below itself");
    }
  }

  private void checkReplaceable(long id, long old) throws DiskException {
    if (old == 0) {
      return;
    }
    boolean directory = cache().get(id).isDirectory();
    Inode replaced = cache().get(old);
    if (directory != replaced.isDirectory()) {
      throw failed(directory ? DiskError.NOT_DIRECTORY : DiskError.IS_DIRECTORY);
    }
    checkNotMounted(old);
    if (!replaced.entries().isEmpty()) {
      throw failed(DiskError.NOT_EMPTY);
    }
  }

  private void checkNotMounted(long id) throws DiskException {
    if (machine.mountedOn(volume, id) >= 0) {
      throw failed(DiskError.BUSY);
    }
  }
}
