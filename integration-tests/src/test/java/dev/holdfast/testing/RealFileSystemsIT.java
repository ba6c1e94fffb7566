package dev.holdfast.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.disk.AbsolutePath;
import dev.holdfast.disk.linux.LinuxDisk;
import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.Root;
import dev.holdfast.engine.Transaction;
import dev.holdfast.engine.TransactionLog;
import dev.holdfast.engine.failure.HoldfastException;
import dev.holdfast.engine.source.DirectorySource;
import dev.holdfast.engine.source.Excludes;
import dev.holdfast.engine.source.TreeSource;
import dev.holdfast.journal.DurabilityMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates on ext4, xfs and btrfs of their own; on two of them at once; with mounts inside. */
class RealFileSystemsIT {
  private static final int MEGABYTES = 320;

  @TempDir Path folder;

  private MountedFileSystem make(String name, String mkfs) throws IOException {
    return MountedFileSystem.make(
        Files.createDirectory(folder.resolve(name)), MEGABYTES, List.of(mkfs, "-q"));
  }

  private MountedFileSystem btrfs(String name) throws IOException {
    return MountedFileSystem.make(
        Files.createDirectory(folder.resolve(name)), MEGABYTES, List.of("mkfs.btrfs", "-q"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mkfs.ext4", "mkfs.xfs", "mkfs.btrfs"})
  void anUpdateAndItsUndoAreExact(String mkfs) throws Exception {
    try (MountedFileSystem disk = make("fs", mkfs);
        Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Path first = source("first", "a", "1", "d/b", "1", "d/gone", "1");
      Path second = source("second", "a", "22", "d/b", "1", "n/e/w", "2");
      Path live = disk.point().resolve("live");

      apply(holdfast, first, live);
      assertThat(differences(first, live)).isEmpty();
      Committed done = apply(holdfast, second, live);
      assertThat(differences(second, live)).isEmpty();
      holdfast.undo(done.sequence().orElseThrow(), Options.message("take back"), Progress.NONE);
      assertThat(differences(first, live)).isEmpty();
    }
  }

  @Test
  void oneTransactionChangesRootsOnTwoFileSystems() throws Exception {
    try (MountedFileSystem one = make("one", "mkfs.ext4");
        MountedFileSystem two = make("two", "mkfs.xfs");
        Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Root first = holdfast.root(Files.createDirectory(one.point().resolve("r")));
      Root second = holdfast.root(Files.createDirectory(two.point().resolve("r")));
      Committed done;
      try (Transaction transaction = holdfast.begin(Options.message("both"), first, second)) {
        transaction.write(first, "a", "1".getBytes(UTF_8));
        transaction.write(second, "b", "2".getBytes(UTF_8));
        done = transaction.commit();
      }
      assertThat(one.point().resolve("r/a")).hasContent("1");
      assertThat(two.point().resolve("r/b")).hasContent("2");
      try (TransactionLog log = holdfast.log()) {
        assertThat(log.plan(done.sequence().orElseThrow()).orElseThrow().mode())
            .isEqualTo(DurabilityMode.STRICT);
      }
      assertThat(holdfast.recover(List.of(), false).isClean()).isTrue();
    }
  }

  @Test
  void aSubvolumeBelowARootIsRefusedByName() throws Exception {
    try (MountedFileSystem disk = btrfs("fs");
        Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Path live = Files.createDirectory(disk.point().resolve("live"));
      Command.succeed("btrfs", "subvolume", "create", live.resolve("sub").toString());
      Path source = source("source", "sub/a", "1", "b", "1");

      assertThatThrownBy(() -> apply(holdfast, source, live))
          .isInstanceOf(HoldfastException.class)
          .hasMessageContaining(live.resolve("sub").toString())
          .hasMessageContaining("nothing was changed");
      assertThat(live.resolve("b")).doesNotExist();
    }
  }

  @Test
  void aBindMountBelowARootIsRefusedByName() throws Exception {
    Path live = Files.createDirectories(folder.resolve("live/mounted")).resolve("..").normalize();
    Path other = Files.createDirectory(folder.resolve("other"));
    assumeTrue(
        Command.succeeds("mount", "--bind", other.toString(), live.resolve("mounted").toString()),
        "cannot mount");
    try (Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Path with = source("with", "mounted/a", "1", "b", "1");
      Path without = source("without", "b", "1");
      for (Path source : List.of(with, without)) {
        assertThatThrownBy(() -> apply(holdfast, source, live))
            .isInstanceOf(HoldfastException.class)
            .hasMessageContaining(live.resolve("mounted").toString());
      }
      assertThat(live.resolve("b")).doesNotExist();
    } finally {
      Command.succeed("umount", live.resolve("mounted").toString());
    }
  }

  @Test
  void aRootThatIsAMountPointItselfIsUpdatedInPlace() throws Exception {
    try (MountedFileSystem disk = make("fs", "mkfs.ext4");
        Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      Files.delete(disk.point().resolve("lost+found"));
      Path source = source("source", "a", "1");
      apply(holdfast, source, disk.point());
      assertThat(disk.point().resolve("a")).hasContent("1");
      assertThat(disk.point().resolve(".holdfast/owner")).exists();
      assertThat(holdfast.recover(List.of(), false).isClean()).isTrue();
    }
  }

  private Path source(String name, String... namesAndContents) throws IOException {
    Path source = folder.resolve("source-" + name);
    for (int i = 0; i < namesAndContents.length; i += 2) {
      Path file = source.resolve(namesAndContents[i]);
      Files.createDirectories(file.resolve("..").normalize());
      Files.writeString(file, namesAndContents[i + 1]);
    }
    return source;
  }

  private static Committed apply(Holdfast holdfast, Path source, Path live) throws IOException {
    try (TreeSource tree =
        DirectorySource.open(
            LinuxDisk.create(), AbsolutePath.of(source.toString()), Excludes.NONE)) {
      return holdfast.apply(
          tree,
          AbsolutePath.of(live.toString()),
          ApplyOptions.of(Options.message("update")),
          Progress.NONE);
    }
  }

  private static String differences(Path expected, Path live) {
    return Command.succeed(
        "rsync", "-aHAXSni", "--checksum", "--delete", expected + "/", live + "/");
  }
}
