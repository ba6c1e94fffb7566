package dev.holdfast.testing.proof;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.DiskLock;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemFacts;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Host;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.testing.proof.Mutation.Action;
import dev.holdfast.testing.proof.Mutation.Step;
import dev.holdfast.testing.proof.Mutation.Verb;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** A disk whose steps go through a {@link Mutation}. Forwards everything else. */
final class MutantDisk implements Disk {
  private final Disk disk;
  private final Mutation mutation;

  MutantDisk(Disk disk, Mutation mutation) {
    this.disk = disk;
    this.mutation = mutation;
  }

  @Override
  public Directory openDirectory(AbsolutePath path) throws DiskException {
    return new MutantDirectory(disk.openDirectory(path), path);
  }

  @Override
  public AbsolutePath realPath(AbsolutePath path) throws DiskException {
    return disk.realPath(path);
  }

  @Override
  public Host host() {
    return disk.host();
  }

  private void run(Verb verb, AbsolutePath path, String other, Action action) throws DiskException {
    mutation.run(new Step(verb, path.toString(), other), action);
  }

  private static Directory unwrapped(Directory directory) {
    return directory instanceof MutantDirectory mutant ? mutant.directory : directory;
  }

  private final class MutantDirectory implements Directory {
    private final Directory directory;
    private final AbsolutePath path;

    MutantDirectory(Directory directory, AbsolutePath path) {
      this.directory = directory;
      this.path = path;
    }

    private String in(Directory other, EntryName name) {
      return other instanceof MutantDirectory mutant
          ? mutant.path.resolve(name).toString()
          : name.toString();
    }

    @Override
    public Directory directory(RelativePath below) throws DiskException {
      return new MutantDirectory(directory.directory(below), path.resolve(below));
    }

    @Override
    public Optional<Stat> stat(EntryName name) throws DiskException {
      Optional<Stat> stat = directory.stat(name);
      return stat.isEmpty() && mutation.pretends(path.resolve(name).toString())
          ? Optional.of(directory.stat())
          : stat;
    }

    @Override
    public List<EntryName> list() throws DiskException {
      return directory.list();
    }

    @Override
    public Entry entry(EntryName name) throws DiskException {
      return directory.entry(name);
    }

    @Override
    public DiskFile openToRead(EntryName name) throws DiskException {
      return new MutantFile(directory.openToRead(name), path.resolve(name));
    }

    @Override
    public DiskFile openToWrite(EntryName name) throws DiskException {
      return new MutantFile(directory.openToWrite(name), path.resolve(name));
    }

    @Override
    public DiskFile create(EntryName name, int mode) throws DiskException {
      EntryName chosen = EntryName.of(mutation.nameFor(path.toString(), name.toString()));
      DiskFile[] made = new DiskFile[1];
      run(
          Verb.CREATE,
          path.resolve(chosen),
          "",
          () -> made[0] = new MutantFile(directory.create(chosen, mode), path.resolve(chosen)));
      mutation.created(directory, chosen);
      return made[0];
    }

    @Override
    public void makeDirectory(EntryName name, int mode) throws DiskException {
      directory.makeDirectory(name, mode);
    }

    @Override
    public void makeSymbolicLink(EntryName name, byte[] target) throws DiskException {
      directory.makeSymbolicLink(name, target);
    }

    @Override
    public void makeNode(EntryName name, FileType type, int mode, long deviceNumber)
        throws DiskException {
      directory.makeNode(name, type, mode, deviceNumber);
    }

    @Override
    public byte[] readSymbolicLink(EntryName name) throws DiskException {
      return directory.readSymbolicLink(name);
    }

    @Override
    public void link(EntryName name, Directory to, EntryName newName) throws DiskException {
      directory.link(name, unwrapped(to), newName);
    }

    @Override
    public void rename(EntryName name, Directory to, EntryName newName) throws DiskException {
      run(
          Verb.RENAME,
          path.resolve(name),
          in(to, newName),
          () -> directory.rename(name, unwrapped(to), newName));
    }

    @Override
    public void renameOver(EntryName name, Directory to, EntryName newName) throws DiskException {
      run(
          Verb.RENAME,
          path.resolve(name),
          in(to, newName),
          () -> directory.renameOver(name, unwrapped(to), newName));
    }

    @Override
    public void exchange(EntryName name, Directory with, EntryName otherName) throws DiskException {
      run(
          Verb.EXCHANGE,
          path.resolve(name),
          in(with, otherName),
          () -> directory.exchange(name, unwrapped(with), otherName));
    }

    @Override
    public void unlink(EntryName name) throws DiskException {
      directory.unlink(name);
    }

    @Override
    public void removeDirectory(EntryName name) throws DiskException {
      directory.removeDirectory(name);
    }

    @Override
    public void sync() throws DiskException {
      run(Verb.SYNC_DIRECTORY, path, "", directory::sync);
    }

    @Override
    public FileSystemSync openSync() throws DiskException {
      FileSystemSync barrier = directory.openSync();
      return new FileSystemSync() {
        @Override
        public void sync() throws DiskException {
          run(Verb.SYNC_FILE_SYSTEM, path, "", barrier::sync);
        }

        @Override
        public void close() {
          barrier.close();
        }
      };
    }

    @Override
    public FileSystemFacts fileSystem() throws DiskException {
      return directory.fileSystem();
    }

    @Override
    public Optional<DiskLock> tryLock(EntryName name, LockMode mode) throws DiskException {
      return directory.tryLock(name, mode);
    }

    @Override
    public Stat stat() throws DiskException {
      return directory.stat();
    }

    @Override
    public void setOwner(int uid, int gid) throws DiskException {
      directory.setOwner(uid, gid);
    }

    @Override
    public void setMode(int mode) throws DiskException {
      directory.setMode(mode);
    }

    @Override
    public void setModified(Instant time) throws DiskException {
      directory.setModified(time);
    }

    @Override
    public SortedMap<String, byte[]> extendedAttributes() throws DiskException {
      return directory.extendedAttributes();
    }

    @Override
    public void setExtendedAttribute(String name, byte[] value) throws DiskException {
      directory.setExtendedAttribute(name, value);
    }

    @Override
    public void removeExtendedAttribute(String name) throws DiskException {
      directory.removeExtendedAttribute(name);
    }

    @Override
    public void close() {
      directory.close();
    }
  }

  private final class MutantFile implements DiskFile {
    private final DiskFile file;
    private final AbsolutePath path;

    MutantFile(DiskFile file, AbsolutePath path) {
      this.file = file;
      this.path = path;
    }

    @Override
    public long size() throws DiskException {
      return file.size();
    }

    @Override
    public int read(long position, ByteBuffer buffer) throws DiskException {
      return file.read(position, buffer);
    }

    @Override
    public void write(long position, ByteBuffer buffer) throws DiskException {
      file.write(position, buffer);
    }

    @Override
    public void truncate(long size) throws DiskException {
      file.truncate(size);
    }

    @Override
    public void sync() throws DiskException {
      run(Verb.SYNC_FILE, path, "", file::sync);
    }

    @Override
    public void dropCache() throws DiskException {
      file.dropCache();
    }

    @Override
    public void startWriteback() throws DiskException {
      file.startWriteback();
    }

    @Override
    public void awaitWriteback() throws DiskException {
      file.awaitWriteback();
    }

    @Override
    public long nextData(long position) throws DiskException {
      return file.nextData(position);
    }

    @Override
    public long nextHole(long position) throws DiskException {
      return file.nextHole(position);
    }

    @Override
    public boolean cloneFrom(DiskFile source) throws DiskException {
      return file.cloneFrom(source instanceof MutantFile mutant ? mutant.file : source);
    }

    @Override
    public Stat stat() throws DiskException {
      return file.stat();
    }

    @Override
    public void setOwner(int uid, int gid) throws DiskException {
      file.setOwner(uid, gid);
    }

    @Override
    public void setMode(int mode) throws DiskException {
      file.setMode(mode);
    }

    @Override
    public void setModified(Instant time) throws DiskException {
      file.setModified(time);
    }

    @Override
    public SortedMap<String, byte[]> extendedAttributes() throws DiskException {
      return file.extendedAttributes();
    }

    @Override
    public void setExtendedAttribute(String name, byte[] value) throws DiskException {
      file.setExtendedAttribute(name, value);
    }

    @Override
    public void removeExtendedAttribute(String name) throws DiskException {
      file.removeExtendedAttribute(name);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
