package dev.holdfast.disk.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The C library through java.lang.foreign; the only class that touches it.
 *
 * <p>All functions go through <em>one</em> downcall handle of six 64-bit integers, with the
 * function's address as an argument. Linking a handle costs several milliseconds for each distinct
 * signature, an address only a symbol look-up, and this is on the way of every start. It is sound
 * because the C calling conventions of x86_64 and aarch64 pass the first six integers and pointers
 * in one register each, where a callee reads as much as its type is wide and ignores registers that
 * it has no parameter for; variadic functions get theirs in the same way. An {@code int} comes back
 * in the lower half of the result.
 *
 * <p>Each thread has its own memory for names, structures and errno, so a call allocates nothing
 * native. errno is captured by the handle itself and read before anything else happens.
 */
@SuppressWarnings("restricted") // calling C is what this class is for
final class ForeignLibC implements LibC {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = LINKER.defaultLookup();

  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  private static final Architecture MACHINE = Architecture.current();

  private static final int PATH_MAX = 4096; // <linux/limits.h>, with the NUL
  private static final int STRUCTURE = 256; // struct statx, the largest
  private static final int SPAWNATTR = 1024; // posix_spawnattr_t of <spawn.h>: 336 in glibc
  private static final int SIGSET = 128; // sigset_t of <signal.h>
  private static final int POSIX_SPAWN_SETSIGMASK = 8; // <spawn.h>
  private static final int BLOCK = 64 * 1024; // XATTR_LIST_MAX, XATTR_SIZE_MAX

  /** Enough for most attributes: the kernel allocates and clears as much as it is offered. */
  private static final int SMALL_BLOCK = 512;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private static final Function OPENAT2 = new Function("openat2", MACHINE.openat2);
  private static final Function OPENAT = new Function("openat");
  private static final Function CLOSE = new Function("close");
  private static final Function STATX = new Function("statx", MACHINE.statx);
  private static final Function GETDENTS64 = new Function("getdents64", MACHINE.getdents64);
  private static final Function RENAMEAT2 = new Function("renameat2", MACHINE.renameat2);
  private static final Function RENAMEAT = new Function("renameat");
  private static final Function LINKAT = new Function("linkat");
  private static final Function UNLINKAT = new Function("unlinkat");
  private static final Function MKDIRAT = new Function("mkdirat");
  private static final Function SYMLINKAT = new Function("symlinkat");
  private static final Function MKNODAT = new Function("mknodat");
  private static final Function READLINKAT = new Function("readlinkat");
  private static final Function FCHOWNAT = new Function("fchownat");
  private static final Function FCHMOD = new Function("fchmod");
  private static final Function FCHMODAT = new Function("fchmodat");
  private static final Function UTIMENSAT = new Function("utimensat");
  private static final Function FLISTXATTR = new Function("flistxattr");
  private static final Function LISTXATTR = new Function("listxattr");
  private static final Function FGETXATTR = new Function("fgetxattr");
  private static final Function GETXATTR = new Function("getxattr");
  private static final Function FSETXATTR = new Function("fsetxattr");
  private static final Function SETXATTR = new Function("setxattr");
  private static final Function FREMOVEXATTR = new Function("fremovexattr");
  private static final Function REMOVEXATTR = new Function("removexattr");
  private static final Function PREAD = new Function("pread");
  private static final Function PWRITE = new Function("pwrite");
  private static final Function FTRUNCATE = new Function("ftruncate");
  private static final Function FDATASYNC = new Function("fdatasync");
  private static final Function FSYNC = new Function("fsync");
  private static final Function SYNCFS = new Function("syncfs", MACHINE.syncfs);
  private static final Function SYNC_FILE_RANGE = new Function("sync_file_range");
  private static final Function POSIX_FADVISE = new Function("posix_fadvise");
  private static final Function LSEEK = new Function("lseek");
  private static final Function IOCTL = new Function("ioctl");
  private static final Function FLOCK = new Function("flock");
  private static final Function FSTATFS = new Function("fstatfs");
  private static final Function POSIX_SPAWN = new Function("posix_spawn");
  private static final Function SPAWNATTR_INIT = new Function("posix_spawnattr_init");
  private static final Function SPAWNATTR_SETFLAGS = new Function("posix_spawnattr_setflags");
  private static final Function SPAWNATTR_SETSIGMASK = new Function("posix_spawnattr_setsigmask");
  private static final Function WAITPID = new Function("waitpid");
  private static final Function FCNTL = new Function("fcntl");
  private static final Function KILL = new Function("kill");
  private static final Function PRCTL = new Function("prctl");
  private static final Function GETEUID = new Function("geteuid");
  private static final Function GETEGID = new Function("getegid");
  private static final Function GETPID = new Function("getpid");

  @Override
  public int directoryFlag() {
    return MACHINE.directoryFlag;
  }

  @Override
  public int noFollowFlag() {
    return MACHINE.noFollowFlag;
  }

  @Override
  public int openat2(int dirfd, byte[] pathname, long flags, long mode, long resolve)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long path = scratch.first(OPENAT2, pathname);
    ByteBuffer how = scratch.structure.bytes; // struct open_how of <linux/openat2.h>
    how.putLong(0, flags);
    how.putLong(8, mode);
    how.putLong(16, resolve);
    return OPENAT2.callInt(scratch, dirfd, path, scratch.structure.address, 24, 0);
  }

  @Override
  public int openat(int dirfd, byte[] pathname, int flags) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    return OPENAT.callInt(scratch, dirfd, scratch.first(OPENAT, pathname), flags, 0, 0);
  }

  @Override
  public void close(int fd) throws ErrnoException {
    CLOSE.callInt(SCRATCH.get(), fd, 0, 0, 0, 0);
  }

  @Override
  public Statx statx(int dirfd, byte[] pathname, int flags, int mask) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    ByteBuffer s = scratch.structure.bytes; // struct statx of <linux/stat.h>
    STATX.callInt(
        scratch, dirfd, scratch.first(STATX, pathname), flags, mask, scratch.structure.address);
    return new Statx(
        s.getInt(0),
        s.getInt(16),
        s.getInt(20),
        s.getInt(24),
        Short.toUnsignedInt(s.getShort(28)),
        s.getLong(32),
        s.getLong(40),
        s.getLong(48),
        s.getLong(80),
        s.getInt(88),
        s.getLong(96),
        s.getInt(104),
        s.getLong(112),
        s.getInt(120),
        s.getInt(128),
        s.getInt(132),
        s.getInt(136),
        s.getInt(140),
        s.getLong(144));
  }

  @Override
  public int getdents64(int fd, byte[] buffer) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    Memory block = scratch.block();
    int length = Math.min(buffer.length, BLOCK);
    int filled = (int) GETDENTS64.call(scratch, fd, block.address, length, 0, 0);
    block.bytes.get(0, buffer, 0, filled);
    return filled;
  }

  @Override
  public void renameat2(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long from = scratch.first(RENAMEAT2, oldpath);
    long to = scratch.second(RENAMEAT2, newpath);
    RENAMEAT2.callInt(scratch, olddirfd, from, newdirfd, to, flags);
  }

  @Override
  public void renameat(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long from = scratch.first(RENAMEAT, oldpath);
    long to = scratch.second(RENAMEAT, newpath);
    RENAMEAT.callInt(scratch, olddirfd, from, newdirfd, to, 0);
  }

  @Override
  public void linkat(int olddirfd, byte[] oldpath, int newdirfd, byte[] newpath, int flags)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long from = scratch.first(LINKAT, oldpath);
    long to = scratch.second(LINKAT, newpath);
    LINKAT.callInt(scratch, olddirfd, from, newdirfd, to, flags);
  }

  @Override
  public void unlinkat(int dirfd, byte[] pathname, int flags) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    UNLINKAT.callInt(scratch, dirfd, scratch.first(UNLINKAT, pathname), flags, 0, 0);
  }

  @Override
  public void mkdirat(int dirfd, byte[] pathname, int mode) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    MKDIRAT.callInt(scratch, dirfd, scratch.first(MKDIRAT, pathname), mode, 0, 0);
  }

  @Override
  public void symlinkat(byte[] target, int newdirfd, byte[] linkpath) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long from = scratch.first(SYMLINKAT, target);
    long to = scratch.second(SYMLINKAT, linkpath);
    SYMLINKAT.callInt(scratch, from, newdirfd, to, 0, 0);
  }

  @Override
  public void mknodat(int dirfd, byte[] pathname, int mode, long dev) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    MKNODAT.callInt(scratch, dirfd, scratch.first(MKNODAT, pathname), mode, dev, 0);
  }

  @Override
  public byte[] readlinkat(int dirfd, byte[] pathname) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long path = scratch.first(READLINKAT, pathname);
    Memory block = scratch.block(); // the kernel's own limit is a page
    long length = READLINKAT.call(scratch, dirfd, path, block.address, BLOCK, 0);
    return bytes(block, length);
  }

  @Override
  public void fchownat(int dirfd, byte[] pathname, int owner, int group, int flags)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    FCHOWNAT.callInt(scratch, dirfd, scratch.first(FCHOWNAT, pathname), owner, group, flags);
  }

  @Override
  public void fchmod(int fd, int mode) throws ErrnoException {
    FCHMOD.callInt(SCRATCH.get(), fd, mode, 0, 0, 0);
  }

  @Override
  public void fchmodat(int dirfd, byte[] pathname, int mode) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    FCHMODAT.callInt(scratch, dirfd, scratch.first(FCHMODAT, pathname), mode, 0, 0);
  }

  @Override
  public void utimensat(int dirfd, byte[] pathname, long seconds, long nanoseconds, int flags)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    ByteBuffer times = scratch.structure.bytes; // struct timespec[2]: atime, mtime
    times.putLong(0, 0);
    times.putLong(8, UTIME_OMIT);
    times.putLong(16, seconds);
    times.putLong(24, nanoseconds);
    long path = scratch.first(UTIMENSAT, pathname);
    UTIMENSAT.callInt(scratch, dirfd, path, scratch.structure.address, flags, 0);
  }

  @Override
  public byte[] flistxattr(int fd) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    return listed(FLISTXATTR, scratch, fd);
  }

  @Override
  public byte[] listxattr(byte[] path) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    return listed(LISTXATTR, scratch, scratch.first(LISTXATTR, path));
  }

  private static byte[] listed(Function function, Scratch scratch, long inode)
      throws ErrnoException {
    Memory block = scratch.block();
    long length;
    try {
      length = function.call(scratch, inode, block.address, SMALL_BLOCK, 0, 0);
    } catch (ErrnoException e) {
      if (!e.is(Errno.ERANGE)) {
        throw e;
      }
      length = function.call(scratch, inode, block.address, BLOCK, 0, 0);
    }
    return bytes(block, length);
  }

  @Override
  public byte[] fgetxattr(int fd, byte[] name) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    return valueOf(FGETXATTR, scratch, fd, name);
  }

  @Override
  public byte[] getxattr(byte[] path, byte[] name) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    return valueOf(GETXATTR, scratch, scratch.first(GETXATTR, path), name);
  }

  private static byte[] valueOf(Function function, Scratch scratch, long inode, byte[] name)
      throws ErrnoException {
    Memory block = scratch.block();
    long named = scratch.second(function, name);
    long length;
    try {
      length = function.call(scratch, inode, named, block.address, SMALL_BLOCK, 0);
    } catch (ErrnoException e) {
      if (!e.is(Errno.ERANGE)) {
        throw e;
      }
      length = function.call(scratch, inode, named, block.address, BLOCK, 0);
    }
    return bytes(block, length);
  }

  @Override
  public void fsetxattr(int fd, byte[] name, byte[] value) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    setValue(FSETXATTR, scratch, fd, name, value);
  }

  @Override
  public void setxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    setValue(SETXATTR, scratch, scratch.first(SETXATTR, path), name, value);
  }

  private static void setValue(
      Function function, Scratch scratch, long inode, byte[] name, byte[] value)
      throws ErrnoException {
    Memory block = scratch.block();
    if (value.length > BLOCK) {
      throw new ErrnoException(function.name, Errno.E2BIG);
    }
    block.bytes.put(0, value);
    long named = scratch.second(function, name);
    function.callInt(scratch, inode, named, block.address, value.length, 0);
  }

  @Override
  public void fremovexattr(int fd, byte[] name) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    FREMOVEXATTR.callInt(scratch, fd, scratch.second(FREMOVEXATTR, name), 0, 0, 0);
  }

  @Override
  public void removexattr(byte[] path, byte[] name) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    long inode = scratch.first(REMOVEXATTR, path);
    REMOVEXATTR.callInt(scratch, inode, scratch.second(REMOVEXATTR, name), 0, 0, 0);
  }

  @Override
  public int pread(int fd, ByteBuffer buffer, long offset) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    int position = buffer.position();
    int length;
    if (buffer.isDirect()) {
      MemorySegment target = MemorySegment.ofBuffer(buffer);
      length = (int) PREAD.call(scratch, fd, target.address(), target.byteSize(), offset, 0);
    } else {
      Memory block = scratch.block();
      int wanted = Math.min(buffer.remaining(), BLOCK);
      length = (int) PREAD.call(scratch, fd, block.address, wanted, offset, 0);
      buffer.put(position, block.bytes, 0, length);
    }
    buffer.position(position + length); // also keeps the buffer's memory alive
    return length;
  }

  @Override
  public int pwrite(int fd, ByteBuffer buffer, long offset) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    int position = buffer.position();
    int length;
    if (buffer.isDirect()) {
      MemorySegment source = MemorySegment.ofBuffer(buffer);
      length = (int) PWRITE.call(scratch, fd, source.address(), source.byteSize(), offset, 0);
    } else {
      Memory block = scratch.block();
      int some = Math.min(buffer.remaining(), BLOCK);
      block.bytes.put(0, buffer, position, some);
      length = (int) PWRITE.call(scratch, fd, block.address, some, offset, 0);
    }
    buffer.position(position + length); // also keeps the buffer's memory alive
    return length;
  }

  @Override
  public void ftruncate(int fd, long length) throws ErrnoException {
    FTRUNCATE.callInt(SCRATCH.get(), fd, length, 0, 0, 0);
  }

  @Override
  public void fdatasync(int fd) throws ErrnoException {
    FDATASYNC.callInt(SCRATCH.get(), fd, 0, 0, 0, 0);
  }

  @Override
  public void fsync(int fd) throws ErrnoException {
    FSYNC.callInt(SCRATCH.get(), fd, 0, 0, 0, 0);
  }

  @Override
  public void syncfs(int fd) throws ErrnoException {
    SYNCFS.callInt(SCRATCH.get(), fd, 0, 0, 0, 0);
  }

  @Override
  public void sync_file_range(int fd, long offset, long nbytes, int flags) throws ErrnoException {
    SYNC_FILE_RANGE.callInt(SCRATCH.get(), fd, offset, nbytes, flags, 0);
  }

  @Override
  public void posix_fadvise(int fd, long offset, long len, int advice) throws ErrnoException {
    int number = POSIX_FADVISE.callInt(SCRATCH.get(), fd, offset, len, advice, 0);
    if (number != 0) {
      throw new ErrnoException(POSIX_FADVISE.name, number);
    }
  }

  @Override
  public long lseek(int fd, long offset, int whence) throws ErrnoException {
    return LSEEK.call(SCRATCH.get(), fd, offset, whence, 0, 0);
  }

  @Override
  public void ioctl(int fd, long request, long argument) throws ErrnoException {
    IOCTL.callInt(SCRATCH.get(), fd, request, argument, 0, 0);
  }

  @Override
  public void ioctl(int fd, long request, byte[] structure) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    if (structure.length > STRUCTURE) {
      throw new IllegalArgumentException("too large: " + structure.length);
    }
    IOCTL.callInt(scratch, fd, request, scratch.structure.address, 0, 0);
    scratch.structure.bytes.get(0, structure);
  }

  @Override
  public void flock(int fd, int operation) throws ErrnoException {
    FLOCK.callInt(SCRATCH.get(), fd, operation, 0, 0, 0);
  }

  @Override
  public Statfs fstatfs(int fd) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    ByteBuffer s = scratch.structure.bytes; // struct statfs of <asm-generic/statfs.h>
    FSTATFS.callInt(scratch, fd, scratch.structure.address, 0, 0, 0);
    return new Statfs(
        s.getLong(0),
        s.getLong(24),
        s.getLong(32),
        s.getLong(40),
        s.getLong(48),
        s.getLong(56),
        s.getLong(72));
  }

  @Override
  public int posix_spawn(byte[] path, byte[][] argv, byte @Nullable [][] envp, long sigmask)
      throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    try (Arena arena = Arena.ofConfined()) {
      Memory attributes = new Memory(arena.allocate(SPAWNATTR, Long.BYTES));
      SPAWNATTR_INIT.callInt(scratch, attributes.address, 0, 0, 0, 0);
      SPAWNATTR_SETFLAGS.callInt(scratch, attributes.address, POSIX_SPAWN_SETSIGMASK, 0, 0, 0);
      Memory mask = new Memory(arena.allocate(SIGSET, Long.BYTES));
      mask.bytes.putLong(0, sigmask);
      SPAWNATTR_SETSIGMASK.callInt(scratch, attributes.address, mask.address, 0, 0, 0);
      Memory pid = new Memory(arena.allocate(Integer.BYTES, Integer.BYTES));
      int number =
          POSIX_SPAWN.callSix(
              scratch,
              pid.address,
              scratch.first(POSIX_SPAWN, path),
              0,
              attributes.address,
              vector(arena, argv),
              envp == null ? environment() : vector(arena, envp));
      if (number != 0) {
        throw new ErrnoException(POSIX_SPAWN.name, number);
      }
      return pid.bytes.getInt(0);
    }
  }

  private static long environment() {
    MemorySegment variable = LIBRARY.findOrThrow("environ").reinterpret(Long.BYTES);
    return new Memory(variable).bytes.getLong(0);
  }

  /** Returns the address of a NULL-terminated array of strings. */
  private static long vector(Arena arena, byte[][] items) {
    Memory vector = new Memory(arena.allocate((items.length + 1L) * Long.BYTES, Long.BYTES));
    for (int i = 0; i < items.length; i++) {
      Memory item = new Memory(arena.allocate(items[i].length + 1L));
      item.bytes.put(0, items[i]).put(items[i].length, (byte) 0);
      vector.bytes.putLong(i * Long.BYTES, item.address);
    }
    vector.bytes.putLong(items.length * Long.BYTES, 0);
    return vector.address;
  }

  @Override
  public int waitpid(int pid, int options) throws ErrnoException {
    Scratch scratch = SCRATCH.get();
    ByteBuffer status = scratch.structure.bytes;
    int found = WAITPID.callInt(scratch, pid, scratch.structure.address, options, 0, 0);
    return found == 0 ? -1 : status.getInt(0);
  }

  @Override
  public void fcntl(int fd, int cmd, long argument) throws ErrnoException {
    FCNTL.callInt(SCRATCH.get(), fd, cmd, argument, 0, 0);
  }

  @Override
  public void kill(int pid, int sig) throws ErrnoException {
    KILL.callInt(SCRATCH.get(), pid, sig, 0, 0, 0);
  }

  @Override
  public void prctl(int option, long argument) throws ErrnoException {
    PRCTL.callInt(SCRATCH.get(), option, argument, 0, 0, 0);
  }

  @Override
  public int geteuid() {
    return GETEUID.callAlways(SCRATCH.get());
  }

  @Override
  public int getegid() {
    return GETEGID.callAlways(SCRATCH.get());
  }

  @Override
  public int getpid() {
    return GETPID.callAlways(SCRATCH.get());
  }

  private static byte[] bytes(Memory from, long length) {
    byte[] bytes = new byte[(int) length];
    from.bytes.get(0, bytes);
    return bytes;
  }

  /**
   * A C function by name, or by number where the library has none of that name; found when used.
   */
  private static final class Function {
    private static final int NO_NUMBER = -1;

    final String name;
    private final int number;
    private boolean byNumber; // written before, read after the address
    private volatile @Nullable MemorySegment address; // a race finds the same twice

    Function(String name) {
      this(name, NO_NUMBER);
    }

    Function(String name, int number) {
      this.name = name;
      this.number = number;
    }

    int callInt(Scratch scratch, long a, long b, long c, long d, long e) throws ErrnoException {
      int result = (int) invoke(scratch, a, b, c, d, e);
      if (result == -1) {
        throw new ErrnoException(name, scratch.errno());
      }
      return result;
    }

    int callSix(Scratch scratch, long a, long b, long c, long d, long e, long f) {
      return (int) invoke(scratch, a, b, c, d, e, f);
    }

    long call(Scratch scratch, long a, long b, long c, long d, long e) throws ErrnoException {
      long result = invoke(scratch, a, b, c, d, e);
      if (result == -1) {
        throw new ErrnoException(name, scratch.errno());
      }
      return result;
    }

    int callAlways(Scratch scratch) {
      return (int) invoke(scratch, 0, 0, 0, 0, 0);
    }

    private long invoke(Scratch scratch, long a, long b, long c, long d, long e) {
      return invoke(scratch, a, b, c, d, e, 0);
    }

    private long invoke(Scratch scratch, long a, long b, long c, long d, long e, long f) {
      MemorySegment function = address;
      if (function == null) {
        function = find();
      }
      try {
        return byNumber
            ? (long) CALL.invokeExact(function, scratch.captured, (long) number, a, b, c, d, e)
            : (long) CALL.invokeExact(function, scratch.captured, a, b, c, d, e, f);
      } catch (RuntimeException | Error unchecked) {
        throw unchecked;
      } catch (Throwable impossible) {
        throw new AssertionError(name, impossible);
      }
    }

    private MemorySegment find() {
      MemorySegment found = LIBRARY.find(name).orElse(null);
      if (found == null) {
        if (number == NO_NUMBER) {
          throw new UnsatisfiedLinkError("the C library has no function " + name);
        }
        byNumber = true;
        found = LIBRARY.findOrThrow("syscall");
      }
      address = found;
      return found;
    }
  }

  /**
   * A piece of native memory. It is read and written as a buffer: the handles behind {@code
   * MemorySegment.get} take milliseconds to make at every start.
   */
  private static final class Memory {
    final ByteBuffer bytes;
    final long address;

    Memory(MemorySegment segment) {
      this.bytes = segment.asByteBuffer().order(ByteOrder.nativeOrder());
      this.address = segment.address();
    }
  }

  /** The memory of one thread. It is freed after the thread has gone. */
  private static final class Scratch {
    private final Arena arena = Arena.ofAuto();
    final MemorySegment captured = arena.allocate(Linker.Option.captureStateLayout());
    private final ByteBuffer errno = new Memory(captured).bytes;
    final Memory structure = new Memory(arena.allocate(STRUCTURE, Long.BYTES));
    private final Memory first = new Memory(arena.allocate(PATH_MAX));
    private final Memory second = new Memory(arena.allocate(PATH_MAX));
    private @Nullable Memory block;

    int errno() {
      return errno.getInt(0); // the layout has errno only
    }

    long first(Function function, byte[] name) throws ErrnoException {
      return terminated(first, function, name);
    }

    long second(Function function, byte[] name) throws ErrnoException {
      return terminated(second, function, name);
    }

    Memory block() {
      Memory memory = block;
      if (memory == null) {
        memory = new Memory(arena.allocate(BLOCK, Long.BYTES));
        block = memory;
      }
      return memory;
    }

    private static long terminated(Memory to, Function function, byte[] name)
        throws ErrnoException {
      if (name.length >= PATH_MAX) {
        throw new ErrnoException(function.name, Errno.ENAMETOOLONG);
      }
      to.bytes.put(0, name).put(name.length, (byte) 0);
      return to.address;
    }
  }
}
