package dev.holdfast.journal.h2;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.journal.JournalException;
import dev.holdfast.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One epoch's file: two header blocks, written once, and chunks one after the other, each with its
 * {@linkplain ChunkChecksum checksum}. Nothing in it is ever written again, and nothing is ever cut
 * off: whoever has seen a chunk whole goes on seeing it, whatever a writer does.
 *
 * <p>After the first failed write or sync every later one throws. What the kernel kept of it can't
 * be known before the file is opened afresh and read from the device.
 */
final class EpochFile implements AutoCloseable {
  /** H2's block: chunks begin and end at multiples of it. */
  static final int BLOCK = 4096;

  /** The length of the header. */
  static final int HEADER = 2 * BLOCK;

  private DiskFile file;
  private final String name;
  private final EpochLabel label;
  private @Nullable Chunk last;
  private long length;
  private long firstEnd;
  private long durable;
  private boolean torn;
  private @Nullable IOException failure;

  private EpochFile(DiskFile file, String name, EpochLabel label) {
    this.file = file;
    this.name = name;
    this.label = label;
  }

  /** Returns the file of a new epoch, empty as yet. */
  static EpochFile create(DiskFile file, String name, EpochLabel label) {
    return new EpochFile(file, name, label);
  }

  /** Opens what is whole in the file at this moment. Durable is what the last chunk says is. */
  static EpochFile open(DiskFile file, String name) throws IOException {
    return open(file, name, file.size(), null);
  }

  /** Opens what is whole, and takes from {@code known} what was found whole before. */
  static EpochFile open(DiskFile file, String name, @Nullable EpochFile known) throws IOException {
    return open(file, name, file.size(), known);
  }

  /**
   * Opens a sealed file of which a later epoch says how long it is.
   *
   * @throws JournalException with {@link Reason#DAMAGED} if it does not end there
   */
  static EpochFile openSealed(DiskFile file, String name, long length) throws IOException {
    EpochFile epoch = open(file, name, Math.min(length, file.size()), null);
    if (epoch.length != length) {
      throw new JournalException(
          Reason.DAMAGED,
          "journal "
              + name
              + " is damaged: it was sealed at byte "
              + length
              + " and ends at byte "
              + epoch.length);
    }
    return epoch;
  }

  private static EpochFile open(DiskFile file, String name, long limit, @Nullable EpochFile known)
      throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    readFully(file, 0, header);
    EpochFile epoch = new EpochFile(file, name, EpochLabel.read(header, name));
    Chunk before = known != null && known.label.equals(epoch.label) ? known.last : null;
    Chunk chunk = new ChunkScan(file, epoch.label, name, limit).lastWhole(before);
    epoch.last = chunk;
    epoch.firstEnd = firstEnd(file);
    epoch.length = chunk.end();
    epoch.durable = chunk.durable();
    epoch.torn = chunk.end() < limit;
    return epoch;
  }

  private static long firstEnd(DiskFile file) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(Chunk.HEAD);
    readFully(file, HEADER, head);
    return (long) HEADER + Chunk.length(head.flip(), 0, 1);
  }

  /** Reads the label alone. */
  static EpochLabel label(DiskFile file, String name) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(HEADER);
    readFully(file, 0, header);
    return EpochLabel.read(header, name);
  }

  /** Returns the file's name, for people. */
  String name() {
    return name;
  }

  /** Returns what the file says of itself. */
  EpochLabel label() {
    return label;
  }

  /** Returns where the last whole chunk ends. */
  long length() {
    return length;
  }

  /** Returns how much was appended to it after the first chunk. */
  long grown() {
    return length - Math.max(HEADER, firstEnd);
  }

  /** Returns the last whole chunk; none in a new file. */
  Optional<Chunk> last() {
    return Optional.ofNullable(last);
  }

  /** Returns whether something followed the last whole chunk when the file was opened. */
  boolean isTorn() {
    return torn;
  }

  /** Returns whether it is still the same length on disk: nobody else has appended. */
  boolean isUnchanged() throws IOException {
    return failure == null && file.size() == length;
  }

  /** Returns what made it unusable. */
  Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** Goes on with another descriptor of the same file, opened by its lasting name. */
  void reopened(DiskFile sameFile) {
    file.close();
    file = sameFile;
  }

  /** Returns the open file. */
  DiskFile file() {
    return file;
  }

  /** Reads what is whole; returns the number of bytes, or -1 at the end. */
  int read(long position, ByteBuffer buffer) throws IOException {
    if (position >= length) {
      return -1;
    }
    int limit = buffer.limit();
    buffer.limit((int) Math.min(limit, buffer.position() + length - position));
    try {
      int count = file.read(position, buffer);
      return count == 0 && buffer.hasRemaining() ? -1 : count;
    } finally {
      buffer.limit(limit);
    }
  }

  /** Writes H2's header and the label. Only into an empty file. */
  void writeHeader(ByteBuffer header) throws IOException {
    checkUsable();
    if (length != 0) {
      throw new IOException("the header of " + name + " is written once only");
    }
    label.stamp(header);
    write(header);
  }

  /**
   * Appends a chunk, which must be one whole chunk of H2's, and puts its checksum into its footer.
   * One write; not durable before {@link #force}. If it fails, part of it may be there.
   */
  void append(ByteBuffer chunk) throws IOException {
    checkUsable();
    int size = chunk.remaining();
    int start = chunk.position();
    int end = chunk.limit();
    if (length < HEADER || Chunk.length(chunk, start, last == null ? 1 : last.id() + 1) != size) {
      throw new IOException("not a chunk that can follow in " + name);
    }
    Padding.putInt(chunk, end - Chunk.PREVIOUS_BEFORE_END, last == null ? 0 : last.checksum());
    Padding.putInt(chunk, end - Chunk.DURABLE_BEFORE_END, (int) (durable / BLOCK));
    ChunkChecksum checksum = new ChunkChecksum(label, length, size);
    checksum.update(chunk.duplicate());
    Padding.putInt(chunk, end - Chunk.CHECKSUM_BEFORE_END, checksum.value());
    Chunk written = Chunk.foot(chunk, end - Chunk.FOOTER, length + size);
    if (written == null) {
      throw new IOException("H2's chunk has no footer of the known form in " + name);
    }
    write(chunk);
    if (last == null) {
      firstEnd = length;
    }
    last = written;
  }

  private void write(ByteBuffer bytes) throws IOException {
    int size = bytes.remaining();
    try {
      file.write(length, bytes);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
    length += size;
  }

  /**
   * Waits until all that was appended is on stable storage.
   *
   * @throws JournalException with {@link Reason#FAILED} if that can't be had: written parts may be
   *     lost though they can still be read
   */
  void force() throws IOException {
    checkUsable();
    long covered = length;
    try {
      sync(file, name);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
    durable = covered;
  }

  /** Returns whether a directory is on the same file system. */
  boolean isOn(Directory place) throws DiskException {
    return file.stat().device() == place.stat().device();
  }

  /**
   * Waits as {@link #force()} does, by a barrier of the file system that this file is on. A barrier
   * is told only of what failed since it was opened, and what lies here may be older; so the file
   * is asked for errors of its own, which costs no flush.
   */
  void force(FileSystemSync barrier) throws IOException {
    checkUsable();
    long covered = length;
    DiskException failed = attempt(barrier::sync);
    DiskException here = attempt(this::awaitWriteback); // else the next writer would be told again
    if (failed == null) {
      failed = here;
    } else if (here != null) {
      failed.addSuppressed(here);
    }
    if (failed != null) {
      failure = failed;
      throw notDurable(name, failed);
    }
    durable = covered;
  }

  private interface Step {
    void run() throws DiskException;
  }

  private static @Nullable DiskException attempt(Step step) {
    try {
      step.run();
      return null;
    } catch (DiskException e) {
      return e;
    }
  }

  private void awaitWriteback() throws DiskException {
    try {
      file.awaitWriteback();
    } catch (DiskException e) {
      if (e.error() != DiskError.UNSUPPORTED) {
        throw e;
      }
      file.sync();
    }
  }

  /** Syncs an epoch's file; see {@link #force()}. */
  private static void sync(DiskFile file, String name) throws IOException {
    try {
      file.sync();
    } catch (DiskException e) {
      throw notDurable(name, e);
    }
  }

  /**
   * Makes the kernel forget what it may have failed to write, so that what is read next is what the
   * device has, or what is yet to be written: of that a failure is told to {@code file} later, by
   * the force that it takes before anything read may be acted on. What was durable before is left
   * alone: the newest chunk knows how much that is, be it on the device or not.
   */
  static void forget(DiskFile file, String name) throws IOException {
    long durable = 0;
    try {
      durable = open(file, name).last().map(Chunk::durable).orElse(0L);
    } catch (JournalException _) {
      // whatever it is, the next look will see it again, or see that it is not on the device
    }
    try {
      file.dropCacheFrom(durable);
    } catch (DiskException e) {
      if (e.error() != DiskError.UNSUPPORTED) {
        throw e;
      }
    }
  }

  /** Returns the failure of a barrier. */
  static JournalException notDurable(String name, DiskException e) {
    return new JournalException(
        Reason.FAILED, "journal " + name + " may not be durable: " + e.getMessage(), e);
  }

  private void checkUsable() throws IOException {
    if (failure != null) {
      throw new JournalException(
          Reason.FAILED,
          "journal " + name + " failed before and is not to be used until it is opened afresh",
          failure);
    }
  }

  /** Reads until {@code buffer} is full or the file ends. */
  static void readFully(DiskFile file, long position, ByteBuffer buffer) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int count = file.read(at, buffer);
      if (count <= 0) {
        return;
      }
      at += count;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
