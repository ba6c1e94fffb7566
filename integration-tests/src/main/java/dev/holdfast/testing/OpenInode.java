package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.testing.Inode.Attributes;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A descriptor of a simulated process: it keeps its inode, whatever happens to the names. */
class OpenInode implements Entry {
  final SimulatedProcess process;
  final Machine machine;
  private final int volume;
  private final long id;
  private final FileType type;
  private final AbsolutePath path;
  private boolean open = true;

  OpenInode(SimulatedProcess process, int volume, long id, AbsolutePath path) {
    this.process = process;
    this.machine = process.machine;
    this.volume = volume;
    this.id = id;
    this.path = path;
    this.type = machine.volume(volume).cache().get(id).type();
    machine.opened(volume, id);
    process.opened(this);
  }

  final int volumeIndex() {
    return volume;
  }

  final long id() {
    return id;
  }

  /** Returns the path at which it was opened. */
  final AbsolutePath path() {
    return path;
  }

  final Volume volume() {
    return machine.volume(volume);
  }

  final Inode inode() {
    return volume().cache().get(id);
  }

  final void checkOpen() {
    if (!open && !process.isDead()) {
      throw new IllegalStateException("closed: " + path);
    }
  }

  final Call call(Verb verb, @Nullable EntryName name, Object detail) {
    checkOpen();
    return new Call(verb, path, name, detail);
  }

  static DiskException failed(DiskError error, Call call) {
    return new DiskException(error, call.verb().text(), call.path().toString());
  }

  final void checkWritable(Call call) throws DiskException {
    if (volume().facts().readOnly()) {
      throw failed(DiskError.READ_ONLY, call);
    }
  }

  /** Makes a change that only the cache has. */
  final void apply(Change change) {
    machine.change(volume, volume().apply(change));
  }

  @Override
  public final Stat stat() throws DiskException {
    return process.call(
        call(Verb.STAT, null, ""), () -> Stats.of(machine, volume, volume().cache().get(id)));
  }

  @Override
  public final void setOwner(int uid, int gid) throws DiskException {
    boolean isDirectory = type == FileType.DIRECTORY;
    change(
        call(Verb.SET_OWNER, null, uid + ":" + gid),
        old -> {
          Attributes changed =
              old.withOwner(uid == -1 ? old.uid() : uid, gid == -1 ? old.gid() : gid);
          return isDirectory ? changed : AttributeRules.withoutPrivileges(changed);
        });
  }

  @Override
  public final void setMode(int mode) throws DiskException {
    checkMode(mode);
    Call call = call(Verb.SET_MODE, null, Integer.toOctalString(mode));
    if (type == FileType.SYMLINK) {
      throw failed(DiskError.UNSUPPORTED, call);
    }
    change(call, old -> AttributeRules.withMode(old, mode));
  }

  @Override
  public final void setModified(Instant time) throws DiskException {
    change(call(Verb.SET_MODIFIED, null, time), old -> old.withModified(time));
  }

  static void checkMode(int mode) {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException("not permission bits: " + Integer.toOctalString(mode));
    }
  }

  private void change(Call call, UnaryOperator<Attributes> effect) throws DiskException {
    process.call(
        call,
        () -> {
          checkWritable(call);
          applyToAttributes(effect);
          return true;
        });
  }

  private void applyToAttributes(UnaryOperator<Attributes> effect) {
    Instant now = machine.timestamp();
    apply(new AttributeChange(id, old -> effect.apply(old).withChanged(now)));
  }

  @Override
  public final SortedMap<String, byte[]> extendedAttributes() throws DiskException {
    return process.call(
        call(Verb.READ_ATTRIBUTES, null, ""),
        () -> {
          SortedMap<String, byte[]> copy = new TreeMap<>();
          inode().attributes().extended().forEach((name, value) -> copy.put(name, value.clone()));
          return copy;
        });
  }

  @Override
  public final void setExtendedAttribute(String name, byte[] value) throws DiskException {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not the name of an attribute: \"" + name + '"');
    }
    Call call = call(Verb.SET_ATTRIBUTE, null, name + " (" + value.length + " bytes)");
    byte[] copy = value.clone();
    process.call(
        call,
        () -> {
          checkWritable(call);
          DiskError refused = AttributeRules.refusal(type, name, copy);
          if (refused != null) {
            throw failed(refused, call);
          }
          applyToAttributes(old -> AttributeRules.withExtended(old, name, copy));
          return true;
        });
  }

  @Override
  public final void removeExtendedAttribute(String name) throws DiskException {
    Call call = call(Verb.REMOVE_ATTRIBUTE, null, name);
    process.call(
        call,
        () -> {
          checkWritable(call);
          if (!inode().attributes().extended().containsKey(name)) {
            throw failed(DiskError.NO_DATA, call);
          }
          applyToAttributes(old -> old.withExtended(old.extended().without(name)));
          return true;
        });
  }

  @Override
  public void close() {
    machine.guard.lock();
    try {
      release();
    } finally {
      machine.guard.unlock();
    }
  }

  /** Closes the descriptor; the guard is held. */
  void release() {
    if (open) {
      open = false;
      process.closed(this);
      machine.closed(volume, id);
    }
  }

  /** Returns what is open, for a list of what was left open. */
  @Override
  public String toString() {
    return getClass().getSimpleName() + " " + path;
  }
}
