package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskError;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.Stat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/**
 * What the parts of {@link DiskContract} share: an empty folder on a disk, and short ways to use
 * it.
 */
interface DiskFixture {

  /** Returns the disk under test. */
  Disk disk();

  /** Returns an existing directory, empty at the beginning of each test. */
  AbsolutePath folder();

  /** Returns the open {@link #folder}. */
  Directory here();

  /** Returns a name. */
  default EntryName name(String text) {
    return EntryName.of(text);
  }

  /** Returns a name of bytes that need not be text. */
  default EntryName name(int... bytes) {
    byte[] name = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      name[i] = (byte) bytes[i];
    }
    return EntryName.of(name);
  }

  /** Creates a file with the mode 0644. */
  default void write(Directory directory, String name, String text) throws DiskException {
    try (DiskFile file = directory.create(name(name), 0644)) {
      file.write(0, buffer(text));
    }
  }

  /** Creates a file in {@link #here}. */
  default void write(String name, String text) throws DiskException {
    write(here(), name, text);
  }

  /** Returns a file's contents. */
  default String read(Directory directory, String name) throws DiskException {
    try (DiskFile file = directory.openToRead(name(name))) {
      return read(file);
    }
  }

  /** Returns the contents of a file in {@link #here}. */
  default String read(String name) throws DiskException {
    return read(here(), name);
  }

  /** Returns a small file's contents. */
  default String read(DiskFile file) throws DiskException {
    ByteBuffer contents = ByteBuffer.allocate(Math.toIntExact(file.size()));
    long position = 0;
    while (contents.hasRemaining()) {
      position += file.read(position, contents);
    }
    return new String(contents.array(), StandardCharsets.UTF_8);
  }

  /** Returns the facts of an entry of {@link #here}, which must exist. */
  default Stat stat(String name) throws DiskException {
    return here().stat(name(name)).orElseThrow();
  }

  /** Makes a directory in {@link #here} and opens it. */
  default Directory newDirectory(String name) throws DiskException {
    here().makeDirectory(name(name), 0755);
    return here().directory(name(name));
  }

  /** Makes a symbolic link in {@link #here}. */
  default void symlink(String name, String target) throws DiskException {
    here().makeSymbolicLink(name(name), target.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the bytes of {@code text} to write. */
  default ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Skips the test, visibly, where only root may do what it does. */
  default void needsRoot() {
    assumeTrue(disk().host().isRoot(), "needs root");
  }

  /** Asserts that {@code call} fails for this reason and no other. */
  default void assertFails(DiskError reason, ThrowingCallable call) {
    assertThatExceptionOfType(DiskException.class)
        .isThrownBy(call)
        .satisfies(e -> assertThat(e.error()).isEqualTo(reason));
  }
}
