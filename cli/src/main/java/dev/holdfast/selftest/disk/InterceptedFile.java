package dev.holdfast.selftest.disk;

import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.selftest.disk.InterceptedDisk.Place;
import java.nio.ByteBuffer;

/** A file of an {@link InterceptedDisk}. */
final class InterceptedFile extends InterceptedInode implements DiskFile {
  private final DiskFile file;

  InterceptedFile(DiskFile file, Place place) {
    super(file, place);
    this.file = file;
  }

  @Override
  public long size() throws DiskException {
    return gate().call(call(Verb.STAT, null, ""), file::size);
  }

  @Override
  public int read(long position, ByteBuffer buffer) throws DiskException {
    return gate().call(call(Verb.READ, null, position), () -> file.read(position, buffer));
  }

  @Override
  public void write(long position, ByteBuffer buffer) throws DiskException {
    Call call = call(Verb.WRITE, null, position + "+" + buffer.remaining());
    gate().run(call, () -> write(call, position, buffer));
  }

  private void write(Call call, long position, ByteBuffer buffer) throws DiskException {
    int first = gate().interceptor().firstPart(call, buffer.remaining());
    if (first >= buffer.remaining()) {
      file.write(position, buffer);
      return;
    }
    file.write(position, buffer.slice(buffer.position(), first));
    gate().interceptor().halfWritten(call);
    buffer.position(buffer.position() + first);
    file.write(position + first, buffer);
  }

  @Override
  public void truncate(long size) throws DiskException {
    gate().run(call(Verb.TRUNCATE, null, size), () -> file.truncate(size));
  }

  @Override
  public void sync() throws DiskException {
    gate().run(call(Verb.SYNC_FILE, null, ""), file::sync);
  }

  @Override
  public void dropCache() throws DiskException {
    gate().run(call(Verb.DROP_CACHE, null, ""), file::dropCache);
  }

  @Override
  public void startWriteback() throws DiskException {
    gate().run(call(Verb.START_WRITEBACK, null, ""), file::startWriteback);
  }

  @Override
  public void awaitWriteback() throws DiskException {
    gate().run(call(Verb.AWAIT_WRITEBACK, null, ""), file::awaitWriteback);
  }

  @Override
  public long nextData(long position) throws DiskException {
    return gate().call(call(Verb.SEEK, null, position), () -> file.nextData(position));
  }

  @Override
  public long nextHole(long position) throws DiskException {
    return gate().call(call(Verb.SEEK, null, position), () -> file.nextHole(position));
  }

  @Override
  public boolean cloneFrom(DiskFile source) throws DiskException {
    if (!(source instanceof InterceptedFile other)) {
      throw new IllegalArgumentException("a file of another disk: " + source);
    }
    Call call = call(Verb.CLONE, null, "from " + other.place.path());
    return gate().call(call, () -> file.cloneFrom(other.file));
  }
}
