package dev.holdfast.disk.linux;

import dev.holdfast.disk.Attributed;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.Quoted;
import dev.holdfast.disk.Stat;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The metadata of an open inode. A descriptor opened with O_PATH is refused by fchmod(2) and
 * fsetxattr(2) and their like; it is reached through its link in /proc/self/fd instead, which leads
 * to the inode itself, also if that is a symbolic link.
 */
abstract sealed class LinuxAttributed implements Attributed
    permits LinuxDirectory, LinuxEntry, LinuxFile {
  static final String CHANGE_MODE = "change the mode of";

  private static final byte[] XFS_ACL = "trusted.SGI_ACL_".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ITSELF = {};

  final LibC libc;
  final Descriptor descriptor;
  final Place place;
  private final boolean pathOnly;

  LinuxAttributed(LibC libc, int fd, Place place, boolean pathOnly) {
    this.libc = libc;
    this.descriptor = new Descriptor(libc, fd);
    this.place = place;
    this.pathOnly = pathOnly;
  }

  /** Shares the descriptor of {@code other}. */
  LinuxAttributed(LinuxAttributed other) {
    this.libc = other.libc;
    this.descriptor = other.descriptor;
    this.place = other.place;
    this.pathOnly = other.pathOnly;
  }

  /** Returns the path through which an O_PATH descriptor's inode can be reached. */
  static byte[] procPath(int fd) {
    return ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public Stat stat() throws DiskException {
    int fd = descriptor.acquire();
    try {
      return Stats.of(libc.statx(fd, ITSELF, LibC.AT_EMPTY_PATH, Stats.MASK));
    } catch (ErrnoException e) {
      throw e.during("stat", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void setOwner(int uid, int gid) throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.fchownat(fd, ITSELF, uid, gid, LibC.AT_EMPTY_PATH);
    } catch (ErrnoException e) {
      throw e.during("change the owner of", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void setMode(int mode) throws DiskException {
    checkMode(mode);
    int fd = descriptor.acquire();
    try {
      if (pathOnly) {
        libc.fchmodat(LibC.AT_FDCWD, procPath(fd), mode);
      } else {
        libc.fchmod(fd, mode);
      }
    } catch (ErrnoException e) {
      throw e.during(CHANGE_MODE, place);
    } finally {
      descriptor.release();
    }
  }

  /** Refuses anything but permission bits. */
  static void checkMode(int mode) {
    if ((mode & ~07777) != 0) {
      throw new IllegalArgumentException("not permission bits: " + Integer.toOctalString(mode));
    }
  }

  @Override
  public void setModified(Instant time) throws DiskException {
    int fd = descriptor.acquire();
    try {
      libc.utimensat(fd, ITSELF, time.getEpochSecond(), time.getNano(), LibC.AT_EMPTY_PATH);
    } catch (ErrnoException e) {
      throw e.during("change the time of", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public SortedMap<String, byte[]> extendedAttributes() throws DiskException {
    SortedMap<String, byte[]> attributes = new TreeMap<>();
    int fd = descriptor.acquire();
    try {
      byte[] path = pathOnly ? procPath(fd) : ITSELF;
      byte[] names = pathOnly ? libc.listxattr(path) : libc.flistxattr(fd);
      int start = 0;
      for (int i = 0; i < names.length; i++) {
        if (names[i] == 0) {
          byte[] name = Arrays.copyOfRange(names, start, i);
          if (!isAclAgain(name)) {
            putAttribute(attributes, fd, path, name);
          }
          start = i + 1;
        }
      }
    } catch (ErrnoException e) {
      if (e.is(Errno.EOPNOTSUPP)) {
        return attributes;
      }
      throw e.during("read the attributes of", place);
    } finally {
      descriptor.release();
    }
    return attributes;
  }

  /** xfs shows root each ACL once more under its own name; one goes with the other. */
  private static boolean isAclAgain(byte[] name) {
    return name.length > XFS_ACL.length
        && Arrays.equals(name, 0, XFS_ACL.length, XFS_ACL, 0, XFS_ACL.length);
  }

  private void putAttribute(SortedMap<String, byte[]> to, int fd, byte[] path, byte[] name)
      throws ErrnoException, DiskException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException _) {
      throw new DiskException(
          DiskError.OTHER,
          "read the attributes of",
          place.toString(),
          "the attribute name " + Quoted.of(name) + " is not UTF-8");
    }
    try {
      to.put(text, pathOnly ? libc.getxattr(path, name) : libc.fgetxattr(fd, name));
    } catch (ErrnoException e) {
      if (!e.is(Errno.ENODATA)) { // removed since it was listed
        throw e;
      }
    }
  }

  @Override
  public void setExtendedAttribute(String name, byte[] value) throws DiskException {
    byte[] bytes = attributeName(name);
    int fd = descriptor.acquire();
    try {
      if (pathOnly) {
        libc.setxattr(procPath(fd), bytes, value);
      } else {
        libc.fsetxattr(fd, bytes, value);
      }
    } catch (ErrnoException e) {
      throw e.during("set attribute " + name + " of", place);
    } finally {
      descriptor.release();
    }
  }

  @Override
  public void removeExtendedAttribute(String name) throws DiskException {
    byte[] bytes = attributeName(name);
    int fd = descriptor.acquire();
    try {
      if (pathOnly) {
        libc.removexattr(procPath(fd), bytes);
      } else {
        libc.fremovexattr(fd, bytes);
      }
    } catch (ErrnoException e) {
      throw e.during("remove attribute " + name + " of", place);
    } finally {
      descriptor.release();
    }
  }

  private static byte[] attributeName(String name) {
    if (name.isEmpty() || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("not the name of an attribute: \"" + name + '"');
    }
    try {
      ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      byte[] bytes = new byte[encoded.remaining()];
      encoded.get(bytes);
      return bytes;
    } catch (CharacterCodingException e) { // half of a surrogate pair
      throw new IllegalArgumentException("not the name of an attribute: \"" + name + '"', e);
    }
  }

  @Override
  public void close() {
    descriptor.close();
  }

  /** Returns where it was opened, for people. */
  @Override
  public String toString() {
    return place.toString();
  }
}
