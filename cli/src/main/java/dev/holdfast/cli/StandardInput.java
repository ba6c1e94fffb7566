package dev.holdfast.cli;

import dev.holdfast.engine.failure.RolledBackException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Stdin, whose reader can be stopped. A read of a pipe waits in the kernel for as long as the other
 * end is open, and nothing ends that; so another thread waits, and the reader waits for it.
 */
final class StandardInput extends InputStream {
  private static final int CHUNK = 64 * 1024;
  private static final int CHUNKS_AHEAD = 4;

  /** In the queue: nothing more comes, for a reason or because that was all. */
  private static final byte[] END = new byte[0];

  private final BlockingQueue<byte[]> pieces = new LinkedBlockingQueue<>();
  private final Semaphore ahead = new Semaphore(CHUNKS_AHEAD);
  private byte[] present = new byte[0];
  private int position;
  private boolean ended;
  private volatile @Nullable IOException failure;

  /** Begins to read {@code in}. */
  StandardInput(InputStream in) {
    Thread.ofPlatform().daemon().name("stdin").start(() -> pump(in));
  }

  private void pump(InputStream in) {
    try {
      while (true) {
        ahead.acquire();
        byte[] buffer = new byte[CHUNK];
        int length = in.read(buffer);
        if (length < 0) {
          pieces.add(END);
          return;
        }
        pieces.add(Arrays.copyOf(buffer, length));
      }
    } catch (IOException e) {
      fail(e);
    } catch (InterruptedException e) {
      fail(new IOException("interrupted while reading stdin", e));
    }
  }

  private void fail(IOException reason) {
    failure = reason;
    pieces.add(END);
  }

  /** Makes the reader's next wait fail. */
  void cancel() {
    fail(new RolledBackException("interrupted; nothing was changed"));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (position == present.length && !ended) {
      take();
    }
    if (ended) {
      IOException reason = failure;
      if (reason != null) {
        throw reason;
      }
      return -1;
    }
    int count = Math.min(length, present.length - position);
    System.arraycopy(present, position, target, offset, count);
    position += count;
    return count;
  }

  private void take() throws IOException {
    try {
      present = pieces.take();
      position = 0;
      ended = present.length == 0;
      ahead.release();
    } catch (InterruptedException e) {
      throw new IOException("interrupted while waiting for stdin", e);
    }
  }
}
