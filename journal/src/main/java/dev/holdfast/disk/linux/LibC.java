package dev.holdfast.disk.linux;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the C library that Holdfast needs, with C's names, argument orders and flags.
 * Mechanism only: what to call when, and what an errno means, is decided above.
 *
 * <p>Names and paths are bytes without a terminating NUL. A C function that returns -1 throws
 * {@link ErrnoException} here; what is left of the return value is documented per method. Nothing
 * is tried again after EINTR. Every descriptor returned belongs to the caller.
 *
 * <p>An interface, so that tests can make it fail or fall short.
 */
interface LibC {
  // <fcntl.h>, asm-generic/fcntl.h; O_DIRECTORY and O_NOFOLLOW differ: see Architecture
  int O_RDONLY = 0;
  int O_RDWR = 2;
  int O_CREAT = 0x40;
  int O_EXCL = 0x80;
  int O_NOCTTY = 0x100;
  int O_NONBLOCK = 0x800;
  int O_CLOEXEC = 0x80000;
  int O_PATH = 0x200000;

  // <fcntl.h>
  int AT_FDCWD = -100;
  int AT_SYMLINK_NOFOLLOW = 0x100;
  int AT_REMOVEDIR = 0x200;
  int AT_NO_AUTOMOUNT = 0x800;
  int AT_EMPTY_PATH = 0x1000;

  // <linux/openat2.h>
  long RESOLVE_NO_XDEV = 0x01;
  long RESOLVE_NO_MAGICLINKS = 0x02;
  long RESOLVE_NO_SYMLINKS = 0x04;
  long RESOLVE_BENEATH = 0x08;

  // <linux/stat.h>
  int STATX_BASIC_STATS = 0x7ff;
  int STATX_BTIME = 0x800;
  int STATX_MNT_ID = 0x1000;

  // <sys/stat.h>
  int S_IFMT = 0xf000;
  int S_IFSOCK = 0xc000;
  int S_IFLNK = 0xa000;
  int S_IFREG = 0x8000;
  int S_IFBLK = 0x6000;
  int S_IFDIR = 0x4000;
  int S_IFCHR = 0x2000;
  int S_IFIFO = 0x1000;
  long UTIME_OMIT = (1L << 30) - 2;

  // <linux/fs.h>
  int RENAME_NOREPLACE = 1;
  int RENAME_EXCHANGE = 2;
  long FICLONE = 0x40049409L;
  int SYNC_FILE_RANGE_WAIT_BEFORE = 1;
  int SYNC_FILE_RANGE_WRITE = 2;

  // <unistd.h>
  int SEEK_DATA = 3;
  int SEEK_HOLE = 4;

  // <fcntl.h>
  int POSIX_FADV_DONTNEED = 4;

  // <sys/file.h>
  int LOCK_SH = 1;
  int LOCK_EX = 2;
  int LOCK_NB = 4;
  int LOCK_UN = 8;

  // <fcntl.h>
  int F_SETFD = 2;
  int FD_CLOEXEC = 1;

  // <sys/wait.h>
  int WNOHANG = 1;

  // <linux/prctl.h>
  int PR_SET_CHILD_SUBREAPER = 36;

  // fs/xfs/libxfs/xfs_fs.h
  long XFS_IOC_FSGEOMETRY_V1 = 0x80705864L;

  /** Returns O_DIRECTORY ({@code <asm/fcntl.h>}). */
  int directoryFlag();

  /** Returns O_NOFOLLOW ({@code <asm/fcntl.h>}). */
  int noFollowFlag();

  /**
   * <a href="https://man7.org/linux/man-pages/man2/openat2.2.html">openat2(2)</a>; no libc
   * function.
   *
   * @return the descriptor
   */
  int openat2(int dirfd, byte[] pathname, long flags, long mode, long resolve)
      throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/open.2.html">openat(2)</a>, never creating.
   *
   * @return the descriptor
   */
  int openat(int dirfd, byte[] pathname, int flags) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>. The descriptor is
   * gone even if this throws; never call it again.
   */
  void close(int fd) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/statx.2.html">statx(2)</a>. */
  Statx statx(int dirfd, byte[] pathname, int flags, int mask) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/getdents.2.html">getdents64(2)</a>.
   *
   * @return the number of bytes filled with {@code linux_dirent64}, 0 at the end
   */
  int getdents64(int fd, byte[] buffer) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/rename.2.html">renameat2(2)</a>. */
  void renameat2(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/rename.2.html">renameat(2)</a>. */
  void renameat(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/link.2.html">linkat(2)</a>. */
  void linkat(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/unlink.2.html">unlinkat(2)</a>. */
  void unlinkat(int dirfd, byte[] pathname, int flags) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/mkdir.2.html">mkdirat(2)</a>. */
  void mkdirat(int dirfd, byte[] pathname, int mode) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/symlink.2.html">symlinkat(2)</a>. */
  void symlinkat(byte[] target, int newdirfd, byte[] linkpath) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/mknod.2.html">mknodat(2)</a>. */
  void mknodat(int dirfd, byte[] pathname, int mode, long dev) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/readlink.2.html">readlinkat(2)</a>.
   *
   * @return the target, whole: no link is longer than the buffer used
   */
  byte[] readlinkat(int dirfd, byte[] pathname) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/chown.2.html">fchownat(2)</a>. */
  void fchownat(int dirfd, byte[] pathname, int owner, int group, int flags) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/chmod.2.html">fchmod(2)</a>. */
  void fchmod(int fd, int mode) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/chmod.2.html">fchmodat(2)</a>, flags 0. */
  void fchmodat(int dirfd, byte[] pathname, int mode) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/utimensat.2.html">utimensat(2)</a> with
   * UTIME_OMIT for atime and the given mtime.
   */
  void utimensat(int dirfd, byte[] pathname, long seconds, long nanoseconds, int flags)
      throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/listxattr.2.html">flistxattr(2)</a>. */
  byte[] flistxattr(int fd) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/listxattr.2.html">listxattr(2)</a>.
   *
   * @return the names, each followed by a NUL
   */
  byte[] listxattr(byte[] path) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/getxattr.2.html">fgetxattr(2)</a>. */
  byte[] fgetxattr(int fd, byte[] name) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/getxattr.2.html">getxattr(2)</a>.
   *
   * @return the value, whole
   */
  byte[] getxattr(byte[] path, byte[] name) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/setxattr.2.html">fsetxattr(2)</a>, flags 0. */
  void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/setxattr.2.html">setxattr(2)</a>, flags 0. */
  void setxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/removexattr.2.html">fremovexattr(2)</a>. */
  void fremovexattr(int fd, byte[] name) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/removexattr.2.html">removexattr(2)</a>. */
  void removexattr(byte[] path, byte[] name) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/pread.2.html">pread(2)</a> into what remains of
   * {@code buffer}, whose position moves on.
   *
   * @return the number of bytes read, which may be fewer than remain; 0 at the end of the file
   */
  int pread(int fd, ByteBuffer buffer, long offset) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/pread.2.html">pwrite(2)</a> of what remains in
   * {@code buffer}, whose position moves on.
   *
   * @return the number of bytes written, which may be fewer than remained
   */
  int pwrite(int fd, ByteBuffer buffer, long offset) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/truncate.2.html">ftruncate(2)</a>. */
  void ftruncate(int fd, long length) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/fsync.2.html">fdatasync(2)</a>. */
  void fdatasync(int fd) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/fsync.2.html">fsync(2)</a>. */
  void fsync(int fd) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/sync.2.html">syncfs(2)</a>. */
  void syncfs(int fd) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/sync_file_range.2.html">sync_file_range(2)</a>.
   */
  void sync_file_range(int fd, long offset, long nbytes, int flags) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/posix_fadvise.2.html">posix_fadvise(2)</a>,
   * which returns its error number instead of setting errno; it is thrown all the same.
   */
  void posix_fadvise(int fd, long offset, long len, int advice) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/lseek.2.html">lseek(2)</a>.
   *
   * @return the offset found
   */
  long lseek(int fd, long offset, int whence) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/ioctl_ficlonerange.2.html">ioctl FICLONE</a>, or
   * any other request whose argument is a number.
   */
  void ioctl(int fd, long request, long argument) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/ioctl.2.html">ioctl(2)</a> for a request that
   * fills {@code structure}, of at most 256 bytes.
   */
  void ioctl(int fd, long request, byte[] structure) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/flock.2.html">flock(2)</a>. */
  void flock(int fd, int operation) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/statfs.2.html">fstatfs(2)</a>. */
  Statfs fstatfs(int fd) throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</a> with no
   * file actions, and with a signal mask for the child. Descriptors that are not closed on exec are
   * inherited. Its error number is thrown.
   *
   * @param envp the environment, or null for this process's own
   * @param sigmask signals to be blocked, bit N-1 for signal N
   * @return the process id
   */
  int posix_spawn(byte[] path, byte[][] argv, byte @Nullable [][] envp, long sigmask)
      throws ErrnoException;

  /**
   * <a href="https://man7.org/linux/man-pages/man2/waitpid.2.html">waitpid(2)</a>.
   *
   * @return the status that it stores, or -1 if WNOHANG was given and nothing had changed
   */
  int waitpid(int pid, int options) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/fcntl.2.html">fcntl(2)</a> with a number. */
  void fcntl(int fd, int cmd, long argument) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>. */
  void kill(int pid, int sig) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/prctl.2.html">prctl(2)</a>. */
  void prctl(int option, long argument) throws ErrnoException;

  /** <a href="https://man7.org/linux/man-pages/man2/getuid.2.html">geteuid(2)</a>. */
  int geteuid();

  /** <a href="https://man7.org/linux/man-pages/man2/getgid.2.html">getegid(2)</a>. */
  int getegid();

  /** <a href="https://man7.org/linux/man-pages/man2/getpid.2.html">getpid(2)</a>. */
  int getpid();

  /**
   * {@code struct statx}, as far as it is used; numbers as C has them, times as seconds and
   * nanoseconds.
   */
  record Statx(
      int stx_mask,
      int stx_nlink,
      int stx_uid,
      int stx_gid,
      int stx_mode,
      long stx_ino,
      long stx_size,
      long stx_blocks,
      long btimeSeconds,
      int btimeNanoseconds,
      long ctimeSeconds,
      int ctimeNanoseconds,
      long mtimeSeconds,
      int mtimeNanoseconds,
      int stx_rdev_major,
      int stx_rdev_minor,
      int stx_dev_major,
      int stx_dev_minor,
      long stx_mnt_id) {}

  /** {@code struct statfs}, as far as it is used. */
  record Statfs(
      long f_type,
      long f_bfree,
      long f_bavail,
      long f_files,
      long f_ffree,
      long f_fsid,
      long f_frsize) {}
}
