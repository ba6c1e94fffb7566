package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
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
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An open directory of a simulated disk. */
final class SimulatedDirectory extends OpenInode implements Directory {
  private static final int MAX_TARGET = 4095;
  private static final int UMASK = 022;

  /** What a name leads to: mounts are crossed. */
  private record Found(int volume, Inode inode) {}

  SimulatedDirectory(SimulatedProcess process, int volume, long id, AbsolutePath path) {
    super(process, volume, id, path);
  }

  @Override
  public Directory directory(RelativePath path) throws DiskException {
    AbsolutePath below = path().resolve(path);
    Call call = call(Verb.OPEN, null, path);
    return process.call(
        call,
        () -> {
          Inode at = inode();
          for (EntryName name : path.names()) {
            at = child(call, at, name);
          }
          if (!at.isDirectory()) {
            throw failed(DiskError.NOT_DIRECTORY, call, below);
          }
          return new SimulatedDirectory(process, volumeIndex(), at.id(), below);
        });
  }

  /** Looks one name up as openat2(2) does when told to stay beneath and follow nothing. */
  private Inode child(Call call, Inode directory, EntryName name) throws DiskException {
    AbsolutePath below = path().resolve(name);
    if (!directory.isDirectory()) {
      throw failed(DiskError.NOT_DIRECTORY, call, below);
    }
    Long id = directory.entries().get(name);
    if (id == null) {
      throw failed(DiskError.NOT_FOUND, call, below);
    }
    if (machine.mountedOn(volumeIndex(), id) >= 0) {
      throw failed(DiskError.CROSSES_MOUNT, call, below);
    }
    Inode child = volume().cache().get(id);
    if (child.type() == FileType.SYMLINK) {
      throw failed(DiskError.SYMLINK, call, below);
    }
    return child;
  }

  private static DiskException failed(DiskError error, Call call, AbsolutePath path) {
    return new DiskException(error, call.verb().text(), path.toString());
  }

  private Optional<Found> find(EntryName name) {
    long id = volume().cache().lookUp(id(), name);
    if (id == 0) {
      return Optional.empty();
    }
    int mounted = machine.mountedOn(volumeIndex(), id);
    return Optional.of(
        mounted < 0
            ? new Found(volumeIndex(), volume().cache().get(id))
            : new Found(mounted, machine.volume(mounted).cache().get(Image.ROOT)));
  }

  private Inode requireHere(Call call, EntryName name) throws DiskException {
    Found found = find(name).orElseThrow(() -> failed(DiskError.NOT_FOUND, call));
    if (found.volume != volumeIndex()) {
      throw failed(DiskError.CROSSES_MOUNT, call);
    }
    return found.inode;
  }

  @Override
  public Optional<Stat> stat(EntryName name) throws DiskException {
    return process.call(
        call(Verb.STAT, name, ""),
        () -> find(name).map(found -> Stats.of(machine, found.volume, found.inode)));
  }

  @Override
  public List<EntryName> list() throws DiskException {
    Call call = call(Verb.LIST, null, "");
    return process.call(
        call,
        () -> {
          if (inode().links() == 0) {
            throw failed(DiskError.NOT_FOUND, call);
          }
          List<EntryName> names = new ArrayList<>();
          inode().entries().forEach((name, _) -> names.add(name));
          return names;
        });
  }

  @Override
  public Entry entry(EntryName name) throws DiskException {
    Call call = call(Verb.OPEN, name, "");
    return process.call(
        call,
        () -> {
          Inode inode = requireHere(call, name);
          return new OpenInode(process, volumeIndex(), inode.id(), path().resolve(name));
        });
  }

  @Override
  public DiskFile openToRead(EntryName name) throws DiskException {
    return process.call(
        call(Verb.OPEN, name, "to read"), () -> open(call(Verb.OPEN, name, ""), name, false));
  }

  @Override
  public DiskFile openToWrite(EntryName name) throws DiskException {
    return process.call(
        call(Verb.OPEN, name, "to write"), () -> open(call(Verb.OPEN, name, ""), name, true));
  }

  private SimulatedFile open(Call call, EntryName name, boolean writable) throws DiskException {
    Inode inode = requireHere(call, name);
    if (inode.type() == FileType.SYMLINK) {
      throw failed(DiskError.SYMLINK, call);
    }
    if (!inode.isFile()) {
      throw new DiskException(
          DiskError.OTHER, "open", call.path().toString(), "not a regular file");
    }
    if (writable) {
      checkWritable(call);
    }
    return new SimulatedFile(process, volumeIndex(), inode.id(), path().resolve(name), writable);
  }

  @Override
  public DiskFile create(EntryName name, int mode) throws DiskException {
    checkMode(mode);
    Call call = call(Verb.CREATE, name, Integer.toOctalString(mode));
    SimulatedFile file =
        process.call(
            call,
            () -> {
              long id = entries(call).create(id(), name, FileType.FILE, masked(mode), 0);
              return new SimulatedFile(process, volumeIndex(), id, path().resolve(name), true);
            });
    try {
      file.setMode(mode);
    } catch (DiskException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
    return file;
  }

  @Override
  public void makeDirectory(EntryName name, int mode) throws DiskException {
    checkMode(mode);
    Call call = call(Verb.MAKE_DIRECTORY, name, Integer.toOctalString(mode));
    make(call, name, FileType.DIRECTORY, mode, 0);
  }

  @Override
  public void makeNode(EntryName name, FileType type, int mode, long deviceNumber)
      throws DiskException {
    checkMode(mode);
    if (type == FileType.DIRECTORY || type == FileType.FILE || type == FileType.SYMLINK) {
      throw new IllegalArgumentException("not a node: " + type);
    }
    make(call(Verb.MAKE_NODE, name, type), name, type, mode, deviceNumber);
  }

  /** Makes an entry and then gives it its mode: two calls, as on Linux, where a umask is. */
  private void make(Call call, EntryName name, FileType type, int mode, long deviceNumber)
      throws DiskException {
    OpenInode made =
        process.call(
            call,
            () -> {
              long id = entries(call).create(id(), name, type, masked(mode), deviceNumber);
              return new OpenInode(process, volumeIndex(), id, path().resolve(name));
            });
    try (made) {
      made.setMode(mode);
    }
  }

  private static int masked(int mode) {
    return mode & 0777 & ~UMASK;
  }

  @Override
  public void makeSymbolicLink(EntryName name, byte[] target) throws DiskException {
    Call call = call(Verb.MAKE_SYMBOLIC_LINK, name, "");
    Bytes copy = Bytes.copyOf(target);
    for (byte b : target) {
      if (b == 0) {
        throw new IllegalArgumentException("a link's target has no NUL");
      }
    }
    process.call(
        call,
        () -> {
          if (copy.length() == 0 || copy.length() > MAX_TARGET) {
            throw failed(copy.length() == 0 ? DiskError.NOT_FOUND : DiskError.NAME_TOO_LONG, call);
          }
          return entries(call).link(id(), name, copy);
        });
  }

  @Override
  public byte[] readSymbolicLink(EntryName name) throws DiskException {
    Call call = call(Verb.READ_LINK, name, "");
    return process.call(
        call,
        () -> {
          Inode inode = requireHere(call, name);
          if (inode.type() != FileType.SYMLINK) {
            throw new DiskException(
                DiskError.OTHER, call.verb().text(), call.path().toString(), "not a symbolic link");
          }
          return inode.identity().target().toArray();
        });
  }

  @Override
  public void link(EntryName name, Directory to, EntryName newName) throws DiskException {
    SimulatedDirectory target = mine(to);
    Call call = call(Verb.LINK, name, "as " + target.path().resolve(newName));
    process.call(
        call,
        () -> {
          checkSameVolume(call, target);
          entries(call).link(id(), name, target.id(), newName);
          return true;
        });
  }

  @Override
  public void rename(EntryName name, Directory to, EntryName newName) throws DiskException {
    move(Verb.RENAME, name, mine(to), newName);
  }

  @Override
  public void renameOver(EntryName name, Directory to, EntryName newName) throws DiskException {
    move(Verb.RENAME_OVER, name, mine(to), newName);
  }

  private void move(Verb verb, EntryName name, SimulatedDirectory to, EntryName newName)
      throws DiskException {
    Call call = call(verb, name, "to " + to.path().resolve(newName));
    process.call(
        call,
        () -> {
          checkSameVolume(call, to);
          entries(call).rename(id(), name, to.id(), newName, verb == Verb.RENAME_OVER);
          return true;
        });
  }

  @Override
  public void exchange(EntryName name, Directory with, EntryName otherName) throws DiskException {
    SimulatedDirectory other = mine(with);
    Call call = call(Verb.EXCHANGE, name, "with " + other.path().resolve(otherName));
    process.call(
        call,
        () -> {
          checkSameVolume(call, other);
          entries(call).exchange(id(), name, other.id(), otherName);
          return true;
        });
  }

  @Override
  public void unlink(EntryName name) throws DiskException {
    Call call = call(Verb.UNLINK, name, "");
    process.call(
        call,
        () -> {
          entries(call).unlink(id(), name);
          return true;
        });
  }

  @Override
  public void removeDirectory(EntryName name) throws DiskException {
    Call call = call(Verb.REMOVE_DIRECTORY, name, "");
    process.call(
        call,
        () -> {
          entries(call).removeDirectory(id(), name);
          return true;
        });
  }

  private Entries entries(Call call) {
    return new Entries(machine, volumeIndex(), call);
  }

  private static SimulatedDirectory mine(Directory directory) {
    if (directory instanceof SimulatedDirectory simulated) {
      simulated.checkOpen();
      return simulated;
    }
    throw new IllegalArgumentException("a directory of another disk: " + directory);
  }

  private void checkSameVolume(Call call, SimulatedDirectory other) throws DiskException {
    if (other.volumeIndex() != volumeIndex() || other.machine != machine) {
      throw failed(DiskError.CROSS_DEVICE, call);
    }
  }

  @Override
  public void sync() throws DiskException {
    process.call(
        call(Verb.SYNC_DIRECTORY, null, ""),
        () -> {
          machine.change(volumeIndex(), volume().afterDirectorySync(id()));
          return true;
        },
        fault -> Barriers.failAll(machine, volumeIndex(), fault));
  }

  @Override
  public FileSystemSync openSync() throws DiskException {
    return process.call(
        call(Verb.OPEN, null, "barrier"),
        () -> new SimulatedBarrier(process, volumeIndex(), id(), path()));
  }

  @Override
  public FileSystemFacts fileSystem() throws DiskException {
    return process.call(
        call(Verb.STAT, null, "file system"),
        () -> {
          VolumeFacts facts = volume().facts();
          Image cache = volume().cache();
          return new FileSystemFacts(
              facts.id(),
              facts.type(),
              facts.options(),
              facts.mountPoint().toString(),
              facts.capacity() - cache.allocated(),
              facts.maxInodes() == Long.MAX_VALUE
                  ? Long.MAX_VALUE
                  : facts.maxInodes() - cache.size(),
              facts.readOnly());
        });
  }

  @Override
  public Optional<DiskLock> tryLock(EntryName name, LockMode mode) throws DiskException {
    Call call = call(Verb.LOCK, name, mode);
    return process.call(
        call,
        () -> {
          boolean writable = mode == LockMode.EXCLUSIVE || !volume().facts().readOnly();
          SimulatedFile file = open(call, name, writable);
          if (machine.lock(volumeIndex(), file.id(), file, mode)) {
            return Optional.<DiskLock>of(new SimulatedLock(file));
          }
          file.release();
          return Optional.<DiskLock>empty();
        });
  }
}
