package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.engine.ApplyOptions;
import dev.holdfast.engine.Change;
import dev.holdfast.engine.Committed;
import dev.holdfast.engine.Holdfast;
import dev.holdfast.engine.Options;
import dev.holdfast.engine.Progress;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.journal.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole {@code apply}, judged by rsync. */
class ApplyTest {
  private static final ApplyOptions USUAL = ApplyOptions.of(Options.message("a test"));

  private static final ApplyOptions DRY_RUN =
      new ApplyOptions(Options.message("a test"), true, false, List.of(), false, true, null, 0);

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void makeTarget() throws IOException {
    target = Files.createDirectory(folder.resolve("target"));
  }

  @Test
  void makesAnEmptyTargetEqualToADirectory() throws IOException {
    Path tree = Specimen.make(folder);
    apply(Trees.directory(tree));
    assertThat(differences(tree)).isEmpty();
    assertThat(apply(Trees.directory(tree)).sequence()).isEmpty();
  }

  @Test
  void makesAnotherTreeEqualToADirectory() throws IOException {
    Path tree = Specimen.make(folder);
    Programs.bash(
        folder,
        """
        cp -a tree/. target; cd target
        echo more >>plain; rm nothing; mkdir nothing; touch nothing/in-the-way
        rm -rf sub; ln -s /etc sub; rm link; touch link; rm fifo; mkdir fifo
        chmod 0700 sticky; chown 1:1 empty; touch empty random; setfattr -x user.binary zzz-last-name
        setfacl -b setgid; mkdir -p extra/deep; echo x >extra/deep/x; ln -s gone extra/link
        rm many-holes; cp --sparse=never ../tree/sparse many-holes; echo z >end-hole
        """);
    Committed dry = apply(Trees.directory(tree), DRY_RUN);
    Committed done = apply(Trees.directory(tree));
    assertThat(differences(tree)).isEmpty();
    assertThat(dry.changes()).isEqualTo(done.changes());
    assertThat(apply(Trees.directory(tree)).sequence()).isEmpty();
  }

  @Test
  void linksAndSplitsAsTheSourceDoes() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir tree; cd tree
        echo 1 >a; ln a b; echo 2 >c; echo 2 >d; echo 3 >e; ln e f; ln e g; echo 4 >h; ln h ../out
        touch -d '2020-01-01 00:00:00.5 UTC' *; cd ../target
        echo 1 >a; echo 1 >b; echo 2 >c; ln c d; echo 3 >e; ln e f; echo 3 >g; ln g extra
        touch -d '2020-01-01 00:00:00.5 UTC' *
        """);
    Committed dry = apply(Trees.directory(folder.resolve("tree")), DRY_RUN);
    Committed done = apply(Trees.directory(folder.resolve("tree")));
    assertThat(differences(folder.resolve("tree"))).isEmpty();
    assertThat(dry.changes()).isEqualTo(done.changes());
    assertThat(apply(Trees.directory(folder.resolve("tree"))).sequence()).isEmpty();
  }

  @Test
  void makesATargetEqualToAnArchive() throws IOException {
    Path tree = Specimen.make(folder);
    Programs.bash(
        folder,
        """
        tar -cf a.tar --xattrs --xattrs-include=* --acls --sparse --format=posix -C tree .
        cp -a tree/. target; cd target; echo more >>plain; rm -rf sub; touch extra; printf Z >random
        """);
    apply(archive("a.tar"));
    assertThat(differences(tree).replace("hS          sub/fifo2 => fifo\n", "")).isEmpty();
    assertThat(apply(archive("a.tar")).sequence()).isEmpty();
  }

  @Test
  void readsAnArchiveOfWholeSecondsWithoutStagingWhatIsTheSame() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir t; cd t; for i in $(seq 50); do head -c 5000 /dev/urandom >f$i; done
        touch -d '2020-01-01 00:00:00 UTC' * .; tar -cf ../a.tar --format=ustar .
        cp -a . ../target; printf Z | dd of=../target/f7 bs=1 conv=notrunc status=none
        touch -d '2020-01-01 00:00:00 UTC' ../target/f7 ../target
        """);
    Committed done = apply(archive("a.tar"));
    assertThat(done.changes())
        .extracting(Change::path)
        .extracting(Object::toString)
        .containsExactly("f7");
    assertThat(differences(folder.resolve("t"))).isEmpty();
  }

  @Test
  void impliedDirectoriesLeaveLiveOnesAsTheyAre() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p t/a/b; echo x >t/a/b/f; tar -cf a.tar -C t a/b/f
        mkdir -m 0700 -p target/a; chmod 0700 target; touch -d '2001-01-01 UTC' target/a target
        """);
    ApplyOptions keepExtra =
        new ApplyOptions(Options.message("x"), false, false, List.of(), true, true, null, 0);
    apply(archive("a.tar"), keepExtra);
    assertThat(Programs.run(target, "stat", "-c", "%a", ".", "a", "a/b"))
        .isEqualTo("700\n700\n755\n");
    assertThat(apply(archive("a.tar"), keepExtra).sequence()).isEmpty();
  }

  @Test
  void changesNothingIfTheArchiveTurnsOutBadAtItsEnd() throws IOException {
    Programs.bash(folder, "cd target; echo old >a; mkdir d; echo old >d/b");
    byte[] archive =
        new TarBytes().file("a", "new").file("c", "new").file("d/../../e", "new").finished();
    assertThatThrownBy(() ->
            apply(TarSource.read(new ByteArrayInputStream(archive), "bad.tar", Trees.options(0))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("bad.tar: its entry d/../../e has ..");
    assertThat(Programs.run(folder, "find", "target", "-not", "-path", "*/.holdfast*"))
        .isEqualToIgnoringNewLines(Programs.run(folder, "find", "target"))
        .doesNotContain("target/c");
    assertThat(target.resolve("a")).hasContent("old\n");
  }

  @Test
  void neitherCopiesNorDeletesWhatIsExcluded() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p tree/cache tree/a; echo new >tree/cache/x; echo new >tree/a/f; echo new >tree/a/f.o
        mkdir -p target/cache target/a; echo old >target/cache/y; echo old >target/a/g.o; touch target/z
        """);
    List<ByteString> excludes =
        List.of(ByteString.of(TarBytes.bytes("/cache/")), ByteString.of(TarBytes.bytes("*.o")));
    apply(
        Trees.directory(folder.resolve("tree"), "/cache/", "*.o"),
        new ApplyOptions(Options.message("x"), false, false, excludes, false, true, null, 0));
    assertThat(Programs.bash(target, "find . -type f | sort"))
        .isEqualTo("./a/f\n./a/g.o\n./cache/y\n");
  }

  @Test
  void withdrawsASupervisorsDirectoryThatCameInAnArchive() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p t/svc/supervise; echo run >t/svc/run; echo lock >t/svc/supervise/lock
        mkfifo t/svc/supervise/ok; tar -cf a.tar -C t .
        mkdir -p target/svc/supervise; mkfifo target/svc/supervise/control; echo s >target/svc/supervise/status
        """);
    apply(archive("a.tar"));
    assertThat(Programs.bash(target, "find . -not -path './.holdfast*' | sort"))
        .isEqualTo(
            ".\n./svc\n./svc/run\n./svc/supervise\n./svc/supervise/control\n./svc/supervise/status\n");
  }

  private String differences(Path tree) {
    return Specimen.rsyncDifferences(folder, tree, target);
  }

  private TreeSource archive(String name) throws IOException {
    return TarSource.open(Trees.DISK, Trees.path(folder.resolve(name)), Trees.options(0));
  }

  private Committed apply(TreeSource source) throws IOException {
    return apply(source, USUAL);
  }

  private Committed apply(TreeSource source, ApplyOptions options) throws IOException {
    try (source;
        Holdfast holdfast = Holdfast.open(folder.resolve("state"))) {
      return holdfast.apply(source, Trees.path(target), options, Progress.NONE);
    }
  }
}
