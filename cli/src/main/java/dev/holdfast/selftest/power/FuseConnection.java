package dev.holdfast.selftest.power;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * The server's end of a FUSE mount of a few files, spoken as the kernel speaks it ({@code
 * linux/fuse.h}, version 7.31): only what a loop device and whoever opens it asks for. One request
 * after the other, in the order in which they come.
 */
final class FuseConnection {
  private static final int LOOKUP = 1;
  private static final int FORGET = 2;
  private static final int GETATTR = 3;
  private static final int OPEN = 14;
  private static final int READ = 15;
  private static final int WRITE = 16;
  private static final int RELEASE = 18;
  private static final int FSYNC = 20;
  private static final int FLUSH = 25;
  private static final int INIT = 26;
  private static final int INTERRUPT = 36;
  private static final int DESTROY = 38;
  private static final int BATCH_FORGET = 42;

  private static final int MAJOR = 7;
  private static final int MINOR = 31;
  private static final int BIG_WRITES = 1 << 5;
  private static final int MAX_PAGES = 1 << 22;

  private static final int ENOENT = 2;
  private static final int EIO = 5;
  private static final int ENOSYS = 38;

  private static final int MOST = 1 << 20;
  private static final int PAGE = 4096;
  private static final int REQUEST = 40; // struct fuse_in_header
  private static final int REPLY = 16; // struct fuse_out_header
  private static final int WRITE_DATA = REQUEST + 40; // and struct fuse_write_in
  private static final long ROOT = 1;
  private static final int DIRECTORY_MODE = 040755;
  private static final int FILE_MODE = 0100600;

  private final FileChannel in;
  private final FileChannel out;
  private final Files files;
  private final ByteBuffer request = buffer();
  private final ByteBuffer reply = buffer();

  /**
   * Creates the connection.
   *
   * @param in an open /dev/fuse that is mounted
   * @param out the same
   */
  FuseConnection(FileChannel in, FileChannel out, Files files) {
    this.in = in;
    this.out = out;
    this.files = files;
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocateDirect(MOST + PAGE).order(ByteOrder.nativeOrder());
  }

  /** The files. A failure reaches whoever asked as EIO. */
  interface Files {
    /** Returns the number of a file, from 2, the same one each time; 0 if there is none. */
    long find(String name) throws IOException;

    /** Returns a file's size. */
    long size(long file) throws IOException;

    /** Opens a file, and returns its handle. */
    long open(long file) throws IOException;

    /** Fills {@code into} as far as the file reaches. */
    void read(long handle, long offset, ByteBuffer into) throws IOException;

    /** Writes all of {@code data}. */
    void write(long handle, long offset, ByteBuffer data) throws IOException;

    /** Makes all that was written durable. */
    void flush(long handle) throws IOException;

    /** Closes a handle. */
    void release(long handle) throws IOException;
  }

  /** Answers until the mount is gone. */
  void serve() throws IOException {
    while (true) {
      request.clear();
      if (in.read(request) <= 0) {
        return;
      }
      request.flip();
      int operation = request.getInt(4);
      long unique = request.getLong(8);
      long node = request.getLong(16);
      switch (operation) {
        case FORGET, BATCH_FORGET, INTERRUPT -> {} // not answered
        default -> answer(unique, operation, node);
      }
      if (operation == DESTROY) {
        return;
      }
    }
  }

  private void answer(long unique, int operation, long node) throws IOException {
    reply.clear().position(REPLY);
    int error;
    try {
      error = perform(operation, node);
    } catch (IOException _) {
      error = EIO;
    }
    if (error != 0) {
      reply.position(REPLY);
    }
    reply.putInt(0, reply.position()).putInt(4, -error).putLong(8, unique);
    out.write(reply.flip());
  }

  private int perform(int operation, long node) throws IOException {
    switch (operation) {
      case INIT -> initialise();
      case LOOKUP -> {
        return lookUp();
      }
      case GETATTR -> {
        reply.putLong(0).putLong(0); // valid for no time
        putAttributes(node);
      }
      case OPEN -> reply.putLong(files.open(node)).putLong(0);
      case READ -> {
        reply.limit(REPLY + request.getInt(REQUEST + 16));
        files.read(handle(), offset(), reply);
        reply.limit(reply.capacity());
      }
      case WRITE -> {
        int size = request.getInt(REQUEST + 16);
        files.write(handle(), offset(), request.slice(WRITE_DATA, size));
        reply.putInt(size).putInt(0);
      }
      case FSYNC -> files.flush(handle());
      case RELEASE -> files.release(handle());
      case FLUSH, DESTROY -> {}
      default -> {
        return ENOSYS;
      }
    }
    return 0;
  }

  private long handle() {
    return request.getLong(REQUEST);
  }

  private long offset() {
    return request.getLong(REQUEST + 8);
  }

  /** {@code struct fuse_init_out}. */
  private void initialise() {
    int readAhead = request.getInt(REQUEST + 8);
    int flags = request.getInt(REQUEST + 12) & (BIG_WRITES | MAX_PAGES);
    reply.putInt(MAJOR).putInt(MINOR).putInt(readAhead).putInt(flags);
    reply.putShort((short) 16).putShort((short) 12); // requests in the background
    reply.putInt(MOST).putInt(1); // a write; nanoseconds of times
    reply.putShort((short) (MOST / PAGE)).putShort((short) 0);
    reply.put(new byte[32]);
  }

  /** {@code struct fuse_entry_out}. */
  private int lookUp() throws IOException {
    byte[] name = new byte[request.limit() - REQUEST - 1];
    request.get(REQUEST, name);
    long node = files.find(new String(name, StandardCharsets.UTF_8));
    if (node == 0) {
      return ENOENT;
    }
    reply.putLong(node).putLong(1); // its generation
    reply.putLong(0).putLong(0).putLong(0); // valid for no time
    putAttributes(node);
    return 0;
  }

  /** {@code struct fuse_attr}. */
  private void putAttributes(long node) throws IOException {
    boolean isRoot = node == ROOT;
    long size = isRoot ? 0 : files.size(node);
    reply.putLong(node).putLong(size).putLong(size / 512);
    reply.put(new byte[36]); // times
    reply.putInt(isRoot ? DIRECTORY_MODE : FILE_MODE).putInt(isRoot ? 2 : 1);
    reply.putLong(0).putInt(0); // root's, and no device
    reply.putInt(PAGE).putInt(0);
  }
}
