package dev.holdfast.selftest.disk;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.InterceptedDisk.Gate;
import dev.holdfast.selftest.disk.InterceptedDisk.Place;
import java.util.List;
import java.util.Optional;

/** A directory of an {@link InterceptedDisk}. */
final class InterceptedDirectory extends InterceptedInode implements Directory {
  private final Directory directory;

  InterceptedDirectory(Directory directory, Gate gate, AbsolutePath path) {
    super(directory, new Place(gate, path));
    this.directory = directory;
  }

  /** A lock of an intercepted disk. */
  private record Lock(DiskLock lock, InterceptedFile file) implements DiskLock {
    @Override
    public void close() {
      lock.close();
    }
  }

  private static InterceptedDirectory ours(Directory directory) {
    if (directory instanceof InterceptedDirectory intercepted) {
      return intercepted;
    }
    throw new IllegalArgumentException("a directory of another disk: " + directory);
  }

  private AbsolutePath path() {
    return place.path();
  }

  @Override
  public Directory directory(RelativePath below) throws DiskException {
    return gate()
        .call(
            call(Verb.OPEN, null, below),
            () ->
                new InterceptedDirectory(
                    directory.directory(below), gate(), path().resolve(below)));
  }

  @Override
  public Optional<Stat> stat(EntryName name) throws DiskException {
    return gate().call(call(Verb.STAT, name, ""), () -> directory.stat(name));
  }

  @Override
  public List<EntryName> list() throws DiskException {
    return gate().call(call(Verb.LIST, null, ""), directory::list);
  }

  @Override
  public Entry entry(EntryName name) throws DiskException {
    return gate()
        .call(
            call(Verb.OPEN, name, ""),
            () -> new InterceptedInode(directory.entry(name), place.of(name)));
  }

  @Override
  public DiskFile openToRead(EntryName name) throws DiskException {
    return gate()
        .call(
            call(Verb.OPEN, name, "to read"),
            () -> new InterceptedFile(directory.openToRead(name), place.of(name)));
  }

  @Override
  public DiskFile openToWrite(EntryName name) throws DiskException {
    return gate()
        .call(
            call(Verb.OPEN, name, "to write"),
            () -> new InterceptedFile(directory.openToWrite(name), place.of(name)));
  }

  @Override
  public DiskFile create(EntryName name, int mode) throws DiskException {
    return gate()
        .call(
            call(Verb.CREATE, name, Integer.toOctalString(mode)),
            () -> new InterceptedFile(directory.create(name, mode), place.of(name)));
  }

  @Override
  public void makeDirectory(EntryName name, int mode) throws DiskException {
    Call call = call(Verb.MAKE_DIRECTORY, name, Integer.toOctalString(mode));
    gate().run(call, () -> directory.makeDirectory(name, mode));
  }

  @Override
  public void makeSymbolicLink(EntryName name, byte[] target) throws DiskException {
    Call call = call(Verb.MAKE_SYMBOLIC_LINK, name, "");
    gate().run(call, () -> directory.makeSymbolicLink(name, target));
  }

  @Override
  public void makeNode(EntryName name, FileType type, int mode, long deviceNumber)
      throws DiskException {
    Call call = call(Verb.MAKE_NODE, name, type);
    gate().run(call, () -> directory.makeNode(name, type, mode, deviceNumber));
  }

  @Override
  public byte[] readSymbolicLink(EntryName name) throws DiskException {
    return gate().call(call(Verb.READ_LINK, name, ""), () -> directory.readSymbolicLink(name));
  }

  @Override
  public void link(EntryName name, Directory to, EntryName newName) throws DiskException {
    InterceptedDirectory target = ours(to);
    Call call = call(Verb.LINK, name, "as " + target.path().resolve(newName));
    gate().run(call, () -> directory.link(name, target.directory, newName));
  }

  @Override
  public void rename(EntryName name, Directory to, EntryName newName) throws DiskException {
    InterceptedDirectory target = ours(to);
    Call call = call(Verb.RENAME, name, "to " + target.path().resolve(newName));
    gate().run(call, () -> directory.rename(name, target.directory, newName));
  }

  @Override
  public void renameOver(EntryName name, Directory to, EntryName newName) throws DiskException {
    InterceptedDirectory target = ours(to);
    Call call = call(Verb.RENAME_OVER, name, "to " + target.path().resolve(newName));
    gate().run(call, () -> directory.renameOver(name, target.directory, newName));
  }

  @Override
  public void exchange(EntryName name, Directory with, EntryName otherName) throws DiskException {
    InterceptedDirectory other = ours(with);
    Call call = call(Verb.EXCHANGE, name, "with " + other.path().resolve(otherName));
    gate().run(call, () -> directory.exchange(name, other.directory, otherName));
  }

  @Override
  public void unlink(EntryName name) throws DiskException {
    gate().run(call(Verb.UNLINK, name, ""), () -> directory.unlink(name));
  }

  @Override
  public void removeDirectory(EntryName name) throws DiskException {
    gate().run(call(Verb.REMOVE_DIRECTORY, name, ""), () -> directory.removeDirectory(name));
  }

  @Override
  public void sync() throws DiskException {
    gate().run(call(Verb.SYNC_DIRECTORY, null, ""), directory::sync);
  }

  @Override
  public FileSystemSync openSync() throws DiskException {
    return gate()
        .call(
            call(Verb.OPEN, null, "barrier"),
            () -> new InterceptedDisk.Barrier(directory.openSync(), gate(), path()));
  }

  @Override
  public FileSystemFacts fileSystem() throws DiskException {
    return gate().call(call(Verb.STAT, null, "file system"), directory::fileSystem);
  }

  @Override
  public Optional<DiskLock> tryLock(EntryName name, LockMode mode) throws DiskException {
    return gate()
        .call(
            call(Verb.LOCK, name, mode),
            () ->
                directory
                    .tryLock(name, mode)
                    .map(lock -> new Lock(lock, new InterceptedFile(lock.file(), place.of(name)))));
  }
}
