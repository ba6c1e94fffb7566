package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskException;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.ConflictException;
import dev.holdfast.engine.source.TreeSource.Item;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.Facts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySourceTest {
  @TempDir Path folder;

  @Test
  void givesAllThatRsyncSees() throws IOException {
    Path tree = Specimen.make(folder);
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Trees.build(Trees.directory(tree), copy);
    assertThat(Specimen.rsyncDifferences(folder, tree, copy)).isEmpty();
    Specimen.requireSameHoles(tree, copy, "sparse", "all-hole", "many-holes");
  }

  @Test
  void isSortedByBytesWithDirectoriesBeforeTheirContents() throws IOException {
    Path tree = Specimen.make(folder);
    List<RelativePath> paths = new ArrayList<>();
    try (TreeSource source = Trees.directory(tree)) {
      for (Item item = source.next(); item != null; item = source.next()) {
        paths.add(item.path());
      }
    }
    assertThat(paths).isSorted().first().isEqualTo(RelativePath.EMPTY);
  }

  @Test
  void followsTheLinkThatWasNamedAndNoneBelow() throws IOException {
    Files.createDirectories(folder.resolve("tree/sub"));
    Files.createSymbolicLink(folder.resolve("tree/loop"), folder.resolve("tree"));
    Files.createSymbolicLink(folder.resolve("named"), folder.resolve("tree"));
    NavigableMap<RelativePath, Facts> all = Trees.read(Trees.directory(folder.resolve("named")));
    assertThat(all.keySet()).extracting(Object::toString).containsExactly(".", "loop", "sub");
    assertThat(facts(all, "loop").type()).isEqualTo(FileType.SYMLINK);
  }

  @Test
  void leavesOutWhatBelongsToUsAndToRunningPrograms() {
    Programs.need("python3");
    Programs.bash(
        folder,
        """
        mkdir -p tree/.holdfast tree/a/.holdfast tree/svc/supervise tree/svc/log/supervise
        mkdir -p tree/svc/event tree/plain/supervise tree/plain/event
        touch tree/a/.holdfast/x tree/svc/run tree/plain/supervise/status
        mkfifo tree/svc/supervise/ok tree/svc/log/supervise/control tree/svc/event/fifo tree/pipe
        python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")'
        """);
    assertThat(names("tree"))
        .containsExactly(
            ".",
            "a",
            "pipe",
            "plain",
            "plain/event",
            "plain/supervise",
            "plain/supervise/status",
            "svc",
            "svc/log",
            "svc/run");
  }

  @Test
  void doesNotEnterWhatIsExcluded() {
    Programs.bash(folder, "mkdir -p tree/keep/cache tree/cache/deep; touch tree/x.o tree/keep/y.o");
    assertThat(names("tree", "cache/", "/x.o")).containsExactly(".", "keep", "keep/y.o");
  }

  @Test
  void seesHardLinksBetweenTheNamesThatAreNotExcluded() throws IOException {
    Programs.bash(folder, "mkdir tree; cd tree; echo x >a; ln a b; ln a c; ln a ../outside");
    NavigableMap<RelativePath, Facts> all =
        Trees.read(Trees.directory(folder.resolve("tree"), "/a"));
    assertThat(facts(all, "b").hardlink()).isNull();
    assertThat(facts(all, "c").hardlink()).isEqualTo(RelativePath.of("b"));
  }

  @Test
  void readsDeepTreesWithFewDescriptors() throws IOException {
    // Each level has a file after the directory, so that the walk comes back to all of them.
    int depth = 1500;
    makeDeep(Files.createDirectory(folder.resolve("tree")), depth);
    int files = 0;
    long most = 0;
    try (TreeSource source = Trees.directory(folder.resolve("tree"))) {
      for (Item item = source.next(); item != null; item = source.next()) {
        files += item.facts().type() == FileType.FILE ? 1 : 0;
        most = Math.max(most, openDescriptors());
      }
      assertThat(most).isLessThan(openDescriptors() + DirectoryWalk.MAX_OPEN + 10);
    }
    assertThat(files).isEqualTo(depth);
    Programs.run(folder, "rm", "-rf", "tree");
  }

  /** Makes directories in each other, with a path that no system call takes. */
  private static void makeDeep(Path top, int depth) throws IOException {
    EntryName down = EntryName.of("directory");
    Directory at = Trees.DISK.openDirectory(Trees.path(top));
    for (int i = 0; i < depth; i++) {
      at.makeDirectory(down, 0700);
      at.create(EntryName.of("file"), 0600).close();
      Directory next = at.directory(down);
      at.close();
      at = next;
    }
    at.close();
  }

  @Test
  void closesAllThatItOpens() throws IOException {
    Programs.bash(folder, "mkdir -p tree/a/b/c; touch tree/a/b/f tree/z");
    long before = openDescriptors();
    try (TreeSource source = Trees.directory(folder.resolve("tree"))) {
      for (int i = 0; i < 4; i++) {
        source.next();
      }
    }
    assertThat(openDescriptors()).isEqualTo(before);
  }

  private static long openDescriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  @Test
  void takesAFileThatChangedBetweenWalkAndReadingAsItIsNow() throws IOException {
    Files.createDirectory(folder.resolve("tree"));
    Path file = Files.writeString(folder.resolve("tree/f"), "old");
    try (TreeSource source = Trees.directory(folder.resolve("tree"));
        Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile to = here.create(EntryName.of("copy"), 0600)) {
      source.next();
      Item item = Objects.requireNonNull(source.next());
      Files.writeString(file, "newer");
      item.copyTo(to, new ContentCopier(), Progress.NONE);
      assertThat(item.facts().size()).isEqualTo(5);
      assertThat(folder.resolve("copy")).hasContent("newer");
    }
  }

  @Test
  void readsAFileAgainThatChangedWhileItWasRead() throws IOException {
    assertThat(copyWhileChanging(1)).isEqualTo("changed 1 times");
  }

  @Test
  void refusesAFileThatGoesOnChanging() {
    assertThatThrownBy(() -> copyWhileChanging(100))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("/tree/f changed while it was being read");
  }

  private String copyWhileChanging(int times) throws IOException {
    Files.createDirectory(folder.resolve("tree"));
    Path file = Files.writeString(folder.resolve("tree/f"), "never changed");
    int[] changes = {0};
    Progress changing =
        _ -> {
          if (changes[0] < times) {
            Files.writeString(file, "changed " + ++changes[0] + " times");
          }
        };
    try (TreeSource source = Trees.directory(folder.resolve("tree"));
        Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile to = here.create(EntryName.of("copy"), 0600)) {
      source.next();
      Objects.requireNonNull(source.next()).copyTo(to, new ContentCopier(), changing);
    }
    return Files.readString(folder.resolve("copy"));
  }

  @Test
  void refusesAFileThatIsGoneOrIsALinkNow() throws IOException {
    Files.createDirectory(folder.resolve("tree"));
    Files.writeString(folder.resolve("tree/f"), "x");
    Files.writeString(folder.resolve("secret"), "y");
    try (TreeSource source = Trees.directory(folder.resolve("tree"));
        Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile to = here.create(EntryName.of("copy"), 0600)) {
      source.next();
      Item item = Objects.requireNonNull(source.next());
      Files.delete(folder.resolve("tree/f"));
      assertThatThrownBy(() -> item.copyTo(to, new ContentCopier(), Progress.NONE))
          .isInstanceOf(ConflictException.class);
      Files.createSymbolicLink(folder.resolve("tree/f"), folder.resolve("secret"));
      assertThatThrownBy(() -> item.copyTo(to, new ContentCopier(), Progress.NONE))
          .isInstanceOf(ConflictException.class);
    }
  }

  @Test
  void refusesADirectoryWhoseNamesChangeMeanwhile() throws IOException {
    Programs.bash(folder, "mkdir tree; touch tree/a tree/b tree/c");
    try (TreeSource source = Trees.directory(folder.resolve("tree"))) {
      source.next();
      source.next();
      Files.move(folder.resolve("tree/a"), folder.resolve("tree/d"));
      assertThatThrownBy(() -> drain(source))
          .isInstanceOf(ConflictException.class)
          .hasMessageContaining("/tree changed while it was being read");
    }
  }

  private static void drain(TreeSource source) throws IOException {
    while (source.next() != null) {}
  }

  @Test
  void comparesBytes() throws IOException {
    Programs.bash(folder, "mkdir tree; printf same >tree/f; printf same >one; printf diff >two");
    try (TreeSource source = Trees.directory(folder.resolve("tree"));
        Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile one = here.openToRead(EntryName.of("one"));
        DiskFile two = here.openToRead(EntryName.of("two"))) {
      source.next();
      Item item = Objects.requireNonNull(source.next());
      assertThat(item.sameBytes(one, new ContentCopier())).isTrue();
      assertThat(item.sameBytes(two, new ContentCopier())).isFalse();
    }
  }

  @Test
  void readsOtherFileSystemsInside() {
    Programs.needRoot();
    Programs.bash(
        folder,
        """
        mkdir -p tree/before tree/mnt/deep tree/zlast; touch tree/zlast/f
        mount -t tmpfs none tree/mnt
        mkdir -p tree/mnt/a/b; touch tree/mnt/a/b/f
        """);
    try {
      assertThat(names("tree"))
          .containsExactly(
              ".", "before", "mnt", "mnt/a", "mnt/a/b", "mnt/a/b/f", "zlast", "zlast/f");
      Path copy = Files.createDirectory(folder.resolve("copy"));
      Trees.build(Trees.directory(folder.resolve("tree")), copy);
      assertThat(copy.resolve("mnt/a/b/f")).exists();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      Programs.run(folder, "umount", "tree/mnt");
    }
  }

  @Test
  void refusesAFileThatIsAMountPoint() {
    Programs.needRoot();
    Programs.bash(folder, "mkdir tree; touch tree/f other; mount --bind other tree/f");
    try {
      assertThatThrownBy(() -> names("tree"))
          .hasCauseInstanceOf(DiskException.class)
          .hasMessageContaining("/tree/f: another file system is mounted there");
      assertThat(names("tree", "f")).containsExactly(".");
    } finally {
      Programs.run(folder, "umount", "tree/f");
    }
  }

  @Test
  void namesADirectoryThatMayNotBeRead() {
    assertThatThrownBy(() -> names("nowhere"))
        .hasCauseInstanceOf(DiskException.class)
        .hasMessageContaining("/nowhere: no such file or directory");
  }

  private List<String> names(String directory, String... excludes) {
    try {
      return Trees.read(Trees.directory(folder.resolve(directory), excludes)).keySet().stream()
          .map(Object::toString)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Facts facts(NavigableMap<RelativePath, Facts> all, String path) {
    return Objects.requireNonNull(all.get(RelativePath.of(path)));
  }
}
