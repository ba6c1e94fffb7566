package dev.holdfast.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileSystemSync;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.disk.Stat;
import dev.holdfast.selftest.tree.DirectoryTree;
import dev.holdfast.selftest.tree.DirectoryTree.Option;
import dev.holdfast.testing.PowerCut.Mode;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What a power cut may undo and what it may not, case by case. */
final class CrashModelTest {

  /** Changes that are made durable before the test, and those that are pending when it crashes. */
  private interface Changes {
    void make(Directory srv) throws DiskException;
  }

  @Test
  void losesTheNameOfAFileThatWasSynced() throws DiskException {
    assertThat(results(CrashModel.STRICT, _ -> {}, srv -> syncedFile(srv, "a", "text")))
        .containsExactlyInAnyOrder("", "a");
  }

  @Test
  void keepsTheNameOfASyncedFileWhereTheJournalDoes() throws DiskException {
    assertThat(results(CrashModel.JOURNALED, _ -> {}, srv -> syncedFile(srv, "a", "text")))
        .containsExactly("a");
  }

  @Test
  void losesANewDirectoryWhoseOwnEntriesWereSynced() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                _ -> {},
                srv -> {
                  srv.makeDirectory(name("d"), 0755);
                  try (Directory d = srv.directory(name("d"))) {
                    d.create(name("f"), 0600).close();
                    d.sync();
                  }
                }))
        .containsExactlyInAnyOrder("", "d d/f");
  }

  @Test
  void undoesAnEarlierOperationAndKeepsALaterOneOnAnotherName() throws DiskException {
    Changes twoNames =
        srv -> {
          srv.makeDirectory(name("a"), 0755);
          srv.makeDirectory(name("b"), 0755);
        };
    assertThat(results(CrashModel.STRICT, _ -> {}, twoNames))
        .containsExactlyInAnyOrder("", "a", "b", "a b");
    assertThat(results(CrashModel.JOURNALED, _ -> {}, twoNames))
        .containsExactlyInAnyOrder("", "a", "a b");
  }

  @Test
  void keepsNothingThatRestsOnALostName() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                srv -> srv.create(name("x"), 0600).close(),
                srv -> {
                  srv.makeDirectory(name("d"), 0755);
                  try (Directory d = srv.directory(name("d"))) {
                    srv.rename(name("x"), d, name("y"));
                    d.rename(name("y"), d, name("z"));
                  }
                }))
        .containsExactlyInAnyOrder("x", "d x", "d d/y", "d d/z");
  }

  @Test
  void renamesBetweenDirectoriesAsAWhole() throws DiskException {
    assertThat(results(CrashModel.STRICT, CrashModelTest::twoDirectories, CrashModelTest::move))
        .containsExactlyInAnyOrder("a a/f b", "a b b/f");
  }

  @Test
  void renamesToBothNamesOrNeitherWithoutAJournal() throws DiskException {
    assertThat(
            results(CrashModel.UNJOURNALED, CrashModelTest::twoDirectories, CrashModelTest::move))
        .containsExactlyInAnyOrder("a a/f b", "a b b/f", "a a/f b b/f", "a b");
  }

  @Test
  void aSyncOfOneDirectoryMakesAWholeRenameDurable() throws DiskException {
    for (String synced : new String[] {"a", "b"}) {
      assertThat(
              results(
                  CrashModel.STRICT,
                  CrashModelTest::twoDirectories,
                  srv -> {
                    move(srv);
                    try (Directory directory = srv.directory(name(synced))) {
                      directory.sync();
                    }
                  }))
          .containsExactly("a b b/f");
    }
  }

  @Test
  void aSyncOfADirectoryBringsAlongTheDirectoryThatItsEntryMovedTo() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                CrashModelTest::twoDirectories,
                srv -> {
                  srv.makeDirectory(name("new"), 0755);
                  try (Directory a = srv.directory(name("a"));
                      Directory added = srv.directory(name("new"))) {
                    a.rename(name("f"), added, name("f"));
                    a.sync();
                  }
                }))
        .containsExactly("a b new new/f");
  }

  private static void twoDirectories(Directory srv) throws DiskException {
    srv.makeDirectory(name("a"), 0755);
    srv.makeDirectory(name("b"), 0755);
    try (Directory a = srv.directory(name("a"))) {
      a.create(name("f"), 0600).close();
    }
  }

  private static void move(Directory srv) throws DiskException {
    try (Directory a = srv.directory(name("a"));
        Directory b = srv.directory(name("b"))) {
      a.rename(name("f"), b, name("f"));
    }
  }

  @Test
  void aReusedInodeNumberNeedsTheDeletionThatFreedIt() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                srv -> srv.create(name("old"), 0600).close(),
                srv -> {
                  Stat old = srv.stat(name("old")).orElseThrow();
                  srv.unlink(name("old"));
                  srv.create(name("new"), 0600).close();
                  assertThat(srv.stat(name("new")).orElseThrow().inode()).isEqualTo(old.inode());
                }))
        .containsExactlyInAnyOrder("old", "", "new");
  }

  @Test
  void aFileSyncKeepsContentsButNotTheModeSetSince() throws DiskException {
    Changes changes =
        srv -> {
          try (DiskFile file = srv.openToWrite(name("f"))) {
            file.setMode(0600);
            file.write(0, ByteBuffer.wrap(new byte[10]));
            file.sync();
          }
        };
    Changes before = srv -> srv.create(name("f"), 0644).close();
    assertThat(modeAfter(CrashModel.STRICT, before, changes)).isEqualTo(0644);
    assertThat(modeAfter(CrashModel.JOURNALED, before, changes)).isEqualTo(0600);
  }

  private static int modeAfter(CrashModel model, Changes before, Changes changes)
      throws DiskException {
    SimulatedDisk cut = pending(model, before, changes).powerCut(new PowerCut(Mode.NONE, 0));
    try (Directory srv = cut.openDirectory(AbsolutePath.of("/srv"))) {
      assertThat(srv.stat(name("f")).orElseThrow().size()).isEqualTo(10);
      return srv.stat(name("f")).orElseThrow().mode();
    }
  }

  @Test
  void aBarrierOfOneFileSystemDoesNothingForAnother() throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().mount("/srv").mount("/var").build();
    try (Directory srv = disk.openDirectory(AbsolutePath.of("/srv"));
        Directory var = disk.openDirectory(AbsolutePath.of("/var"));
        FileSystemSync barrier = srv.openSync()) {
      srv.makeDirectory(name("kept"), 0755);
      var.makeDirectory(name("lost"), 0755);
      barrier.sync();
    }
    SimulatedDisk after = disk.powerCut(new PowerCut(Mode.NONE, 0));
    assertThat(DirectoryTree.of(after, "/srv").names()).containsExactly(name("kept"));
    assertThat(DirectoryTree.of(after, "/var").names()).isEmpty();
  }

  @Test
  void aDeletedDirectoryIsNeverLeftWithEntries() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                srv -> {
                  twoDirectories(srv);
                  srv.removeDirectory(name("b"));
                },
                srv -> {
                  try (Directory a = srv.directory(name("a"))) {
                    a.unlink(name("f"));
                  }
                  srv.removeDirectory(name("a"));
                }))
        .containsExactlyInAnyOrder("a a/f", "a", "");
  }

  @Test
  void twoMovedDirectoriesNeverSwallowEachOther() throws DiskException {
    assertThat(
            results(
                CrashModel.STRICT,
                srv -> {
                  srv.makeDirectory(name("a"), 0755);
                  try (Directory a = srv.directory(name("a"))) {
                    a.makeDirectory(name("b"), 0755);
                  }
                },
                srv -> {
                  try (Directory a = srv.directory(name("a"));
                      Directory b = a.directory(name("b"))) {
                    a.rename(name("b"), srv, name("b"));
                    srv.rename(name("a"), b, name("a"));
                  }
                }))
        .containsExactlyInAnyOrder("a a/b", "a b", "b b/a");
  }

  @Test
  void anExchangeIsWhole() throws DiskException {
    assertThat(
            results(
                CrashModel.UNJOURNALED,
                CrashModelTest::twoDirectories,
                srv -> srv.exchange(name("a"), srv, name("b"))))
        .containsExactlyInAnyOrder("a a/f b", "a b b/f");
  }

  private static void syncedFile(Directory srv, String name, String text) throws DiskException {
    try (DiskFile file = srv.create(name(name), 0600)) {
      file.write(0, ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
      file.sync();
    }
  }

  private static SimulatedDisk pending(CrashModel model, Changes before, Changes changes)
      throws DiskException {
    SimulatedDisk disk = SimulatedDisk.builder().model(model).mount("/srv").build();
    try (Directory srv = disk.openDirectory(AbsolutePath.of("/srv"))) {
      before.make(srv);
      disk.settle();
      changes.make(srv);
    }
    return disk;
  }

  /** Returns the paths of every tree that a power cut can leave, by trying all subsets. */
  private static Set<String> results(CrashModel model, Changes before, Changes changes)
      throws DiskException {
    SimulatedDisk disk = pending(model, before, changes);
    Set<String> results = new TreeSet<>();
    for (PowerCut cut : PowerCut.subsets(disk.pendingChanges())) {
      SimulatedDisk after = disk.fork().powerCut(cut);
      after.volumes().forEach(volume -> Fsck.check(volume.cache()));
      StringBuilder paths = new StringBuilder();
      for (RelativePath path :
          DirectoryTree.of(after, "/srv", Option.IGNORE_TIMES).entries().keySet()) {
        paths.append(path.isEmpty() ? "" : " " + path);
      }
      results.add(paths.toString().trim());
    }
    return results;
  }

  private static EntryName name(String name) {
    return EntryName.of(name);
  }
}
