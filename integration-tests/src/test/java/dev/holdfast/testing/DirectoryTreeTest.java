package dev.holdfast.testing;

import static dev.holdfast.testing.DirectoryTreeAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.Entry;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever can be told about a tree makes it another one, and the difference says what. */
final class DirectoryTreeTest {
  private static final Instant TIME = Instant.parse("2020-01-02T03:04:05.678901234Z");

  /** One change to the tree. */
  private interface Change {
    void make(Directory srv) throws DiskException;
  }

  /** A change, and what the difference must say of it. */
  private record Case(String difference, Change change) {}

  private static final List<Case> CASES =
      List.of(
          new Case("~ file: mode 644 -> 600", srv -> on(srv, "file", e -> e.setMode(0600))),
          new Case("~ file: owner 0:0 -> 5:6", srv -> on(srv, "file", e -> e.setOwner(5, 6))),
          new Case("~ file: mtime", srv -> on(srv, "file", e -> e.setModified(TIME))),
          new Case("~ .: mtime", srv -> srv.setModified(TIME)),
          new Case(
              "attributes {} -> {user.x=07}",
              srv -> on(srv, "file", e -> e.setExtendedAttribute("user.x", new byte[] {7}))),
          new Case("contents", srv -> overwrite(srv, "TEXT")),
          new Case("size 4 -> 5", srv -> overwrite(srv, "texts")),
          new Case("- file: file 0644", srv -> srv.unlink(name("file"))),
          new Case("+ more: fifo", srv -> srv.makeNode(name("more"), FileType.FIFO, 0600, 0)),
          new Case("links 2 -> 1", srv -> srv.unlink(name("second"))),
          new Case("contents to file -> to elsewhere", DirectoryTreeTest::relink),
          new Case("inode 14 -> 16", DirectoryTreeTest::remakeFolder),
          new Case("linked with first -> file", DirectoryTreeTest::splitLinks),
          new Case("type", DirectoryTreeTest::folderForFile));

  @Test
  void aTreeReadTwiceIsTheSame() throws DiskException {
    SimulatedDisk disk = prepared();

    assertThat(tree(disk)).hasSameEntriesAs(tree(disk)).isExactlyOneOf(tree(disk));
    assertThat(tree(disk).difference(tree(disk))).isEmpty();
    assertThat(tree(disk)).hasSameHashCodeAs(tree(disk));
  }

  @Test
  void everyChangeMakesAnotherTreeAndIsNamed() throws DiskException {
    for (Case each : CASES) {
      SimulatedDisk disk = prepared();
      DirectoryTree before = tree(disk);
      try (Directory srv = disk.openDirectory(AbsolutePath.of("/srv"))) {
        each.change.make(srv);
      }
      assertThat(before.difference(tree(disk))).contains(each.difference);
      assertThatThrownBy(() -> assertThat(tree(disk)).isExactlyOneOf(before))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("mixture");
    }
  }

  @Test
  void leavesOutWhatItIsToldTo() throws DiskException {
    SimulatedDisk disk = prepared();
    DirectoryTree before = DirectoryTree.of(disk, "/srv", Option.values());
    try (Directory srv = disk.openDirectory(AbsolutePath.of("/srv"));
        Directory folder = srv.directory(name("folder"))) {
      folder.makeDirectory(name(".holdfast"), 0700);
      on(srv, "file", e -> e.setModified(TIME));
    }
    assertThat(DirectoryTree.of(disk, "/srv", Option.values())).hasSameEntriesAs(before);
    assertThat(tree(disk).toString()).contains("folder/.holdfast: directory 0700");
  }

  /** A step with an entry. */
  private interface EntryStep {
    void take(Entry entry) throws DiskException;
  }

  private static void on(Directory srv, String name, EntryStep step) throws DiskException {
    try (Entry entry = srv.entry(name(name))) {
      step.take(entry);
    }
  }

  private static void overwrite(Directory srv, String text) throws DiskException {
    try (DiskFile file = srv.openToWrite(name("file"))) {
      file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static void relink(Directory srv) throws DiskException {
    srv.unlink(name("link"));
    srv.makeSymbolicLink(name("link"), "elsewhere".getBytes(StandardCharsets.UTF_8));
  }

  private static void remakeFolder(Directory srv) throws DiskException {
    srv.makeDirectory(name("other"), 0755);
    srv.removeDirectory(name("folder"));
    srv.rename(name("other"), srv, name("folder"));
  }

  private static void splitLinks(Directory srv) throws DiskException {
    srv.link(name("file"), srv, name("third"));
    srv.unlink(name("second"));
    srv.link(name("file"), srv, name("second"));
    srv.unlink(name("third"));
  }

  private static void folderForFile(Directory srv) throws DiskException {
    srv.unlink(name("file"));
    srv.makeDirectory(name("file"), 0644);
  }

  private static SimulatedDisk prepared() throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").build();
    try (Directory srv = disk.openDirectory(AbsolutePath.of("/srv"))) {
      for (String file : new String[] {"file", "first"}) {
        try (DiskFile open = srv.create(name(file), 0644)) {
          open.write(0, ByteBuffer.wrap("text".getBytes(StandardCharsets.UTF_8)));
        }
      }
      srv.link(name("first"), srv, name("second"));
      srv.makeDirectory(name("folder"), 0755);
      srv.makeSymbolicLink(name("link"), "file".getBytes(StandardCharsets.UTF_8));
    }
    disk.advance(Duration.ofSeconds(1));
    return disk;
  }

  private static DirectoryTree tree(SimulatedDisk disk) throws DiskException {
    return DirectoryTree.of(disk, "/srv");
  }

  private static EntryName name(String name) {
    return EntryName.of(name);
  }
}
