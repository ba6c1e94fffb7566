package dev.holdfast.disk.linux;

import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import java.nio.ByteBuffer;

/** A descriptor of a regular file, opened for reading or for both. */
final class LinuxFile extends LinuxAttributed implements DiskFile {
  private final boolean owner;

  LinuxFile(LibC libc, int fd, Place place) {
    super(libc, fd, place, false);
    this.owner = true;
  }

  private LinuxFile(LinuxFile other) {
    super(other);
    this.owner = false;
  }

  /** Returns the same file for somebody who is not to close it. */
  LinuxFile withoutClose() {
    return new LinuxFile(this);
  }

  @Override
  public long size() throws DiskException {
    return stat().size();
  }

  @Override
  public int read(long position, ByteBuffer buffer) throws DiskException {
    checkPosition(position);
    if (buffer.isReadOnly()) {
      throw new IllegalArgumentException("cannot read into a read-only buffer");
    }
    if (!buffer.hasRemaining()) {
      return 0;
    }
    int fd = descriptor.acquire();
    try {
      while (true) {
        try {
          return libc.pread(fd, buffer, position);
        } catch (ErrnoException e) {
          if (!e.is(Errno.EINTR)) {
            throw e.during("read", place);
          }
        }
      }
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void write(long position, ByteBuffer buffer) throws DiskException {
    checkPosition(position);
    long offset = position;
    int fd = descriptor.acquire();
    try {
      while (buffer.hasRemaining()) {
        try {
          int written = libc.pwrite(fd, buffer, offset);
          if (written == 0) { // not for a regular file; better an error than a loop
            throw new DiskException(DiskError.IO, "write", place.toString(), "nothing was written");
          }
          offset += written;
        } catch (ErrnoException e) {
          if (!e.is(Errno.EINTR)) {
            throw e.during("write", place);
          }
        }
      }
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void truncate(long size) throws DiskException {
    checkPosition(size);
    int fd = descriptor.acquire();
    try {
      libc.ftruncate(fd, size);
    } catch (ErrnoException e) {
      throw e.during("truncate", place);
    } finally {
      descriptor.release();
    }
  }

  /** Not tried again whatever the error: after a failed barrier nothing is known. */
  @Override
  public void sync() throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.fdatasync(fd);
    } catch (ErrnoException e) {
      throw e.during("sync", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void dropCache() throws DiskException {
    dropCacheFrom(0);
  }

  @Override
  public void dropCacheFrom(long position) throws DiskException {
    checkPosition(position);
    int fd = descriptor.acquire();
    try {
      libc.posix_fadvise(fd, position, 0, LibC.POSIX_FADV_DONTNEED);
    } catch (ErrnoException e) {
      throw e.during("drop the cache of", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void startWriteback() throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.sync_file_range(fd, 0, 0, LibC.SYNC_FILE_RANGE_WRITE);
    } catch (ErrnoException e) {
      throw e.during("start to write back", place);
    } finally {
      descriptor.release();
    }
  }

  /** Not tried again whatever the error: it is told once. */
  @Override
  public void awaitWriteback() throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.sync_file_range(fd, 0, 0, LibC.SYNC_FILE_RANGE_WAIT_BEFORE);
    } catch (ErrnoException e) {
      throw e.during("write back", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public long nextData(long position) throws DiskException {
    return seek(position, LibC.SEEK_DATA);
  }

  @Override
  public long nextHole(long position) throws DiskException {
    return seek(position, LibC.SEEK_HOLE);
  }

  private long seek(long position, int whence) throws DiskException {
    checkPosition(position);
    int fd = descriptor.acquire();
    try {
      return libc.lseek(fd, position, whence);
    } catch (ErrnoException e) {
      if (e.is(Errno.ENXIO)) { // nothing of the kind before the end
        return size();
      }
      throw e.during("look for holes in", place);
    } finally {
      descriptor.release();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if {@code source} is not of this disk
   */
  @Override
  public boolean cloneFrom(DiskFile source) throws DiskException {
    if (!(source instanceof LinuxFile other)) {
      throw new IllegalArgumentException("not a file of this disk: " + source);
    }
    int fd = descriptor.acquire();
    try {
      int from = other.descriptor.acquire();
      try {
        libc.ioctl(fd, LibC.FICLONE, from);
        return true;
      } finally {
        other.descriptor.release();
      }
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case EOPNOTSUPP, ENOTTY, ENOSYS, EXDEV, EINVAL, ETXTBSY -> false;
        default -> throw e.during("clone " + other.place + " to", place);
      };
    } finally {
      descriptor.release();
    }
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("negative: " + position);
    }
  }

  @Override
  public void close() {
    if (owner) {
      super.close();
    }
  }
}
