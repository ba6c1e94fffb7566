package dev.holdfast.testing;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.selftest.disk.Call;
import dev.holdfast.selftest.disk.Call.Verb;
import dev.holdfast.testing.ContentChange.Clone;
import dev.holdfast.testing.ContentChange.Truncation;
import dev.holdfast.testing.ContentChange.Write;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** An open regular file of a simulated disk. */
final class SimulatedFile extends OpenInode implements DiskFile {
  private final boolean writable;
  private int errorsSeen;
  private boolean keptOpen;

  SimulatedFile(
      SimulatedProcess process, int volume, long id, AbsolutePath path, boolean writable) {
    super(process, volume, id, path);
    this.writable = writable;
    this.errorsSeen = machine.errorsOf(volume, id).sample();
  }

  /** Makes {@link #close} do nothing, because a lock is on this descriptor. */
  void keepOpen() {
    keptOpen = true;
  }

  /** Closes the descriptor, and with it ends its lock. */
  void letGo() {
    keptOpen = false;
    super.close();
  }

  @Override
  public void close() {
    if (!keptOpen) {
      super.close();
    }
  }

  @Override
  void release() {
    machine.unlock(volumeIndex(), id(), this);
    super.release();
  }

  @Override
  public long size() throws DiskException {
    return process.call(call(Verb.STAT, null, ""), () -> inode().content().size());
  }

  @Override
  public int read(long position, ByteBuffer buffer) throws DiskException {
    checkPosition(position);
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("cannot read into a read-only buffer");
    }
    return process.call(
        call(Verb.READ, null, position), () -> inode().content().read(position, buffer));
  }

  @Override
  public void write(long position, ByteBuffer buffer) throws DiskException {
    checkPosition(position);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    Call call = call(Verb.WRITE, null, position + "+" + bytes.length);
    process.call(
        call,
        () -> {
          checkOpenToWrite(call);
          int fitting = fitting(position, bytes.length);
          writePart(position, bytes, fitting);
          if (fitting < bytes.length) {
            throw failed(DiskError.NO_SPACE, call);
          }
          return true;
        },
        fault -> {
          if (fault.damage() == Fault.Damage.PARTIAL) {
            writePart(position, bytes, bytes.length / 2);
          }
        });
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("negative: " + position);
    }
  }

  private void checkOpenToWrite(Call call) throws DiskException {
    checkWritable(call);
    if (!writable) {
      throw new DiskException(
          DiskError.OTHER, call.verb().text(), path().toString(), "EBADF: opened to read");
    }
  }

  private void writePart(long position, byte[] bytes, int length) {
    if (length > 0) {
      byte[] part = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
      apply(new Write(id(), position, Bytes.owning(part), machine.timestamp()));
    }
  }

  /** Returns how many of the bytes the file system has room for. */
  private int fitting(long position, int length) {
    Content content = inode().content();
    long free = volume().facts().capacity() - volume().cache().allocated();
    long at = position;
    while (at < position + length) {
      if (!content.hasData(at)) {
        free -= Content.PAGE;
        if (free < 0) {
          return (int) (at - position);
        }
      }
      at = (at / Content.PAGE + 1) * Content.PAGE;
    }
    return length;
  }

  @Override
  public void truncate(long size) throws DiskException {
    checkPosition(size);
    Call call = call(Verb.TRUNCATE, null, size);
    process.call(
        call,
        () -> {
          checkOpenToWrite(call);
          apply(new Truncation(id(), size, machine.timestamp()));
          return true;
        });
  }

  @Override
  public void sync() throws DiskException {
    Call call = call(Verb.SYNC_FILE, null, "");
    process.call(
        call,
        () -> {
          machine.change(volumeIndex(), volume().afterFileSync(id()));
          tellErrors(call);
          return true;
        },
        fault -> {
          Barriers.fail(machine, volumeIndex(), id(), fault);
          WritebackErrors errors = machine.errorsOf(volumeIndex(), id());
          if (errors.isNews(errorsSeen)) {
            errorsSeen = errors.current();
          }
        });
  }

  @Override
  public void dropCache() throws DiskException {
    process.call(
        call(Verb.DROP_CACHE, null, ""),
        () -> {
          machine.change(volumeIndex(), volume().afterDroppedCache(id()));
          return true;
        },
        fault -> Barriers.fail(machine, volumeIndex(), id(), fault));
  }

  @Override
  public void startWriteback() throws DiskException {
    process.call(
        call(Verb.START_WRITEBACK, null, ""),
        () -> true,
        fault -> Barriers.fail(machine, volumeIndex(), id(), fault));
  }

  @Override
  public void awaitWriteback() throws DiskException {
    Call call = call(Verb.AWAIT_WRITEBACK, null, "");
    process.call(
        call,
        () -> {
          tellErrors(call);
          return true;
        });
  }

  private void tellErrors(Call call) throws DiskException {
    WritebackErrors errors = machine.errorsOf(volumeIndex(), id());
    if (errors.isNews(errorsSeen)) {
      errorsSeen = errors.current();
      throw failed(DiskError.IO, call);
    }
  }

  @Override
  public long nextData(long position) throws DiskException {
    return process.call(
        call(Verb.SEEK, null, position), () -> inode().content().nextData(position));
  }

  @Override
  public long nextHole(long position) throws DiskException {
    return process.call(
        call(Verb.SEEK, null, position), () -> inode().content().nextHole(position));
  }

  @Override
  public boolean cloneFrom(DiskFile source) throws DiskException {
    if (!(source instanceof SimulatedFile other)) {
      throw new IllegalArgumentException("a file of another disk: " + source);
    }
    Call call = call(Verb.CLONE, null, "from " + other.path());
    return process.call(
        call,
        () -> {
          checkOpenToWrite(call);
          if (other.volumeIndex() != volumeIndex() || !volume().facts().reflinks()) {
            return false;
          }
          // the file system writes the source back before it shares its blocks
          machine.change(volumeIndex(), volume().afterFileSync(other.id()));
          apply(new Clone(id(), other.inode().content(), machine.timestamp()));
          return true;
        });
  }
}
