package dev.holdfast.selftest.disk;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.InterceptedDisk.Gate;
import dev.holdfast.selftest.disk.InterceptedDisk.Place;
import java.time.Instant;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** A handle of an {@link InterceptedDisk}, forwarding what every handle can do. */
class InterceptedInode implements Entry {
  private final Attributed inode;
  final Place place;

  InterceptedInode(Attributed inode, Place place) {
    this.inode = inode;
    this.place = place;
  }

  final Gate gate() {
    return place.gate();
  }

  final Call call(Verb verb, @Nullable EntryName name, Object detail) {
    return place.call(verb, name, detail);
  }

  @Override
  public final Stat stat() throws DiskException {
    return gate().call(call(Verb.STAT, null, ""), inode::stat);
  }

  @Override
  public final void setOwner(int uid, int gid) throws DiskException {
    gate().run(call(Verb.SET_OWNER, null, uid + ":" + gid), () -> inode.setOwner(uid, gid));
  }

  @Override
  public final void setMode(int mode) throws DiskException {
    String detail = Integer.toOctalString(mode);
    gate().run(call(Verb.SET_MODE, null, detail), () -> inode.setMode(mode));
  }

  @Override
  public final void setModified(Instant time) throws DiskException {
    gate().run(call(Verb.SET_MODIFIED, null, time), () -> inode.setModified(time));
  }

  @Override
  public final SortedMap<String, byte[]> extendedAttributes() throws DiskException {
    return gate().call(call(Verb.READ_ATTRIBUTES, null, ""), inode::extendedAttributes);
  }

  @Override
  public final void setExtendedAttribute(String name, byte[] value) throws DiskException {
    gate().run(call(Verb.SET_ATTRIBUTE, null, name), () -> inode.setExtendedAttribute(name, value));
  }

  @Override
  public final void removeExtendedAttribute(String name) throws DiskException {
    gate().run(call(Verb.REMOVE_ATTRIBUTE, null, name), () -> inode.removeExtendedAttribute(name));
  }

  @Override
  public final void close() {
    inode.close();
  }
}
