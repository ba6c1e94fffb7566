package dev.holdfast.engine;

import dev.holdfast.engine.staging.StagingArea.Draft;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/** Writes a file of a transaction; it becomes a part of it when the stream is closed. */
final class StagingOutputStream extends OutputStream {
  private static final int BUFFER_SIZE = 64 * 1024;

  private final Draft draft;
  private final Completion completion;
  private final Facts facts;
  private final MessageDigest digest = ContentCopier.sha256();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_SIZE);
  private long position;
  private boolean closed;

  /** Puts a complete draft into its place. */
  @FunctionalInterface
  interface Completion {
    void complete(Facts facts, Draft draft) throws IOException;
  }

  StagingOutputStream(Draft draft, Facts facts, Completion completion) {
    this.draft = draft;
    this.facts = facts;
    this.completion = completion;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (closed) {
      throw new IOException("this stream is closed");
    }
    for (int done = 0; done < length; ) {
      int n = Math.min(length - done, buffer.remaining());
      buffer.put(bytes, offset + done, n);
      done += n;
      if (!buffer.hasRemaining()) {
        drain();
      }
    }
  }

  private void drain() throws IOException {
    buffer.flip();
    digest.update(buffer.duplicate());
    int n = buffer.remaining();
    draft.file().write(position, buffer);
    position += n;
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (var _ = draft.file()) {
      drain();
      completion.complete(facts.withContent(position, ContentDigest.of(digest.digest())), draft);
    }
  }
}
