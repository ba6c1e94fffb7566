package dev.holdfast.disk.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.Disk;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.LockMode;
import dev.holdfast.disk.RelativePath;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation, with each of its system calls failing in turn, closes what it opened. */
final class DescriptorLeaksTest {
  private static final EntryName FILE = EntryName.of("file");
  private static final EntryName DIRECTORY = EntryName.of("directory");
  private static final EntryName NEW = EntryName.of("new");

  /** More than one system call takes: it is opened in steps. */
  private static final RelativePath LONG =
      RelativePath.of(String.join("/", Collections.nCopies(40, "d".repeat(200))));

  /** An operation that opens something for itself, or returns something open. */
  record Operation(String name, Body body) {
    @Override
    public String toString() {
      return name;
    }
  }

  /** What it does. */
  @FunctionalInterface
  interface Body {
    void run(Disk disk, AbsolutePath path, Directory here) throws DiskException;
  }

  static Stream<Operation> operations() {
    return Stream.of(
        new Operation("openDirectory", (disk, path, _) -> disk.openDirectory(path).close()),
        new Operation("realPath", (disk, path, _) -> disk.realPath(path)),
        new Operation("directory", (_, _, here) -> here.directory(DIRECTORY).close()),
        new Operation("directory by a long way", (_, _, here) -> here.directory(LONG).close()),
        new Operation("entry", (_, _, here) -> here.entry(FILE).close()),
        new Operation("openToRead", (_, _, here) -> here.openToRead(FILE).close()),
        new Operation("openToRead directory", (_, _, here) -> here.openToRead(DIRECTORY).close()),
        new Operation("openToWrite", (_, _, here) -> here.openToWrite(FILE).close()),
        new Operation("create", (_, _, here) -> here.create(NEW, 0600).close()),
        new Operation("makeDirectory", (_, _, here) -> here.makeDirectory(NEW, 0700)),
        new Operation("makeNode", (_, _, here) -> here.makeNode(NEW, FileType.FIFO, 0600, 0)),
        new Operation("list", (_, _, here) -> here.list()),
        new Operation("sync", (_, _, here) -> here.sync()),
        new Operation("openSync", (_, _, here) -> here.openSync().close()),
        new Operation("fileSystem", (_, _, here) -> here.fileSystem()),
        new Operation(
            "tryLock", (_, _, here) -> here.tryLock(FILE, LockMode.SHARED).orElseThrow().close()));
  }

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("operations")
  void closesWhatItOpened(Operation operation) throws Exception {
    AbsolutePath path = AbsolutePath.of(folder.toString());
    FaultyLibC libc = new FaultyLibC();
    Disk disk = new LinuxDisk(libc.library());
    try (Directory here = disk.openDirectory(path)) {
      here.create(FILE, 0600).close();
      here.makeDirectory(DIRECTORY, 0700);
      makeLongWay(here);
      int before = libc.openCount();
      int failing = 0;
      int calls;
      do {
        failing++;
        removeNew(here);
        libc.forgetCalls();
        libc.failCall(failing, Errno.EIO);
        try {
          operation.body().run(disk, path, here);
        } catch (DiskException _) {
          // as it should, mostly
        }
        calls = libc.calls().size();
        libc.intercept((_, _) -> {});
        assertThat(libc.openCount()).as("open after call %d failed", failing).isEqualTo(before);
      } while (failing <= calls);
      assertThat(failing).isGreaterThan(1);
      removeLongWay(here);
    }
    assertThat(libc.openCount()).isZero();
  }

  private static void makeLongWay(Directory here) throws DiskException {
    RelativePath way = RelativePath.EMPTY;
    for (EntryName name : LONG.names()) {
      try (Directory parent = here.directory(way)) {
        parent.makeDirectory(name, 0700);
      }
      way = way.resolve(name);
    }
  }

  /** JUnit could not: java.nio.file has no way to a path that long. */
  private static void removeLongWay(Directory here) throws DiskException {
    for (RelativePath way = LONG; !way.isEmpty(); way = way.parent()) {
      try (Directory parent = here.directory(way.parent())) {
        parent.removeDirectory(way.name());
      }
    }
  }

  private static void removeNew(Directory here) throws DiskException {
    if (here.stat(NEW).isPresent()) {
      if (here.stat(NEW).get().isDirectory()) {
        here.removeDirectory(NEW);
      } else {
        here.unlink(NEW);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("operations")
  void reportsTheFirstFailure(Operation operation) throws Exception {
    AbsolutePath path = AbsolutePath.of(folder.toString());
    FaultyLibC libc = new FaultyLibC();
    Disk disk = new LinuxDisk(libc.library());
    try (Directory here = disk.openDirectory(path)) {
      libc.failCall(1, Errno.EIO);

      assertThatExceptionOfType(DiskException.class)
          .isThrownBy(() -> operation.body().run(disk, path, here));
    }
  }
}
