package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.source.TreeSource.Item;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Copied;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.ByteString;
import dev.holdfast.journal.ContentDigest;
import dev.holdfast.journal.Facts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarSourceTest {
  private static final String ALL = "--xattrs --xattrs-include=* --acls --sparse --numeric-owner";

  /** tar does not store that two fifos are one. */
  private static final String NOT_LINKED = "hS          sub/fifo2 => fifo\n";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--format=posix",
        "--format=posix --sparse-version=0.0",
        "--format=posix --sparse-version=0.1",
        "--format=posix --sparse-version=1.0",
        "--format=posix --sort=name",
        "--format=posix --hard-dereference",
        "--format=posix --blocking-factor=1",
        "--format=posix --no-recursion --null --files-from=../backwards"
      })
  void givesAllThatGnuTarKeeps(String options) throws IOException {
    Path tree = Specimen.make(folder);
    Programs.bash(
        folder,
        "cd tree; find . -depth -print0 >../backwards; tar -cf ../a.tar "
            + ALL
            + " "
            + options
            + (options.contains("files-from") ? "" : " ."));
    Path judge = Files.createDirectory(folder.resolve("judge"));
    Programs.bash(
        folder,
        "tar -xf a.tar -p -C judge --xattrs --xattrs-include=* --acls --same-owner --numeric-owner");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Trees.build(open("a.tar"), copy);
    assertThat(Specimen.rsyncDifferences(folder, judge, copy)).isEmpty();
    Specimen.requireSameHoles(judge, copy, "sparse", "all-hole", "many-holes");
    if (!options.contains("dereference")) {
      assertThat(Specimen.rsyncDifferences(folder, tree, copy).replace(NOT_LINKED, "")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "oldgnu", "ustar", "v7"})
  void readsOlderFormats(String format) throws IOException {
    Specimen.make(folder);
    // Each format cannot hold something.
    Programs.bash(
        folder,
        """
        cd tree
        chown 5:6 random || true
        case %1$s in ustar|v7) rm -rf ddd* n*nnn* *-link random;; esac
        case %1$s in v7) rm -f disk null fifo sub/fifo2;; esac
        sparse=--sparse; case %1$s in ustar|v7) sparse=;; esac
        tar -cf ../a.tar --format=%1$s $sparse --numeric-owner .
        """
            .formatted(format));
    Path judge = Files.createDirectory(folder.resolve("judge"));
    Programs.bash(folder, "tar -xf a.tar -p -C judge --same-owner --numeric-owner");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Trees.build(open("a.tar"), copy);
    assertThat(Specimen.rsyncDifferences(folder, judge, copy)).isEmpty();
    Specimen.requireSameHoles(judge, copy, "sparse", "many-holes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pax", "gnutar", "ustar"})
  void readsWhatBsdtarWrites(String format) throws IOException {
    Programs.need("bsdtar");
    Specimen.make(folder);
    Programs.bash(
        folder,
        """
        cd tree
        case %1$s in ustar) rm -rf ddd* n*nnn* *-link random;; esac
        # bsdtar writes a time before 1970 and an attribute's name with = in ways of its own
        [ ! -e random ] || touch random; setfattr -x user.with=equals%%25percent nothing
        bsdtar -cf ../a.tar --format=%1$s --xattrs --acls --numeric-owner .
        """
            .formatted(format));
    Path judge = Files.createDirectory(folder.resolve("judge"));
    Programs.bash(
        folder, "bsdtar -xpf a.tar -C judge --xattrs --acls --same-owner --numeric-owner");
    Path copy = Files.createDirectory(folder.resolve("copy"));
    Trees.build(open("a.tar"), copy);
    Programs.bash(folder, "touch -r judge copy");
    assertThat(Specimen.rsyncDifferences(folder, judge, copy)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {TarArchiveOutputStream.LONGFILE_GNU, TarArchiveOutputStream.LONGFILE_POSIX})
  void readsWhatCommonsCompressWrites(int longNames) throws IOException {
    String name = "a-rather-long-directory-name/".repeat(10) + "\u00fcmlaut";
    boolean posix = longNames == TarArchiveOutputStream.LONGFILE_POSIX;
    try (TarArchiveOutputStream out =
        new TarArchiveOutputStream(
            Files.newOutputStream(folder.resolve("a.tar")), 10240, "UTF-8")) {
      out.setLongFileMode(longNames);
      out.setBigNumberMode(
          posix ? TarArchiveOutputStream.BIGNUMBER_POSIX : TarArchiveOutputStream.BIGNUMBER_STAR);
      out.setAddPaxHeadersForNonAsciiNames(posix);
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(5);
      entry.setIds(4_000_000, 3_000_000);
      entry.setMode(0100640);
      entry.setLastModifiedTime(FileTime.from(Instant.parse("2300-01-01T00:00:00Z")));
      out.putArchiveEntry(entry);
      out.write(TarBytes.bytes("hello"));
      out.closeArchiveEntry();
    }
    NavigableMap<RelativePath, Facts> all = Trees.read(open("a.tar"));
    assertThat(all).hasSize(12);
    Facts facts = all.lastEntry().getValue();
    assertThat(all.lastKey()).isEqualTo(RelativePath.of(name));
    assertThat(facts.size()).isEqualTo(5);
    assertThat(facts.mode()).isEqualTo(0640);
    assertThat(facts.uid()).isEqualTo(4_000_000);
    assertThat(facts.gid()).isEqualTo(3_000_000);
    assertThat(facts.modified()).isEqualTo(Instant.parse("2300-01-01T00:00:00Z"));
  }

  @Test
  void readsWhatOtherProgramsWrite() throws IOException {
    Programs.need("python3", "git");
    Specimen.make(folder);
    Programs.bash(
        folder,
        """
        cat >write.py <<'END'
        import tarfile
        for name, form in ("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT):
            with tarfile.open("python-" + name + ".tar", "w", format=form) as out:
                out.add("tree", ".")
        END
        python3 write.py
        tar -cf incremental.tar --listed-incremental=snapshot -C tree .
        tar -cf labelled.tar --label='a volume' -C tree .
        git init -q repo; cp -a tree/plain tree/sub tree/link repo; cd repo
        git add . && git -c user.name=x -c user.email=x@example.org commit -qm x
        git archive -o ../git.tar HEAD
        """);
    for (String archive : List.of("python-pax", "python-gnu", "incremental", "labelled", "git")) {
      Path judge = Files.createDirectory(folder.resolve("judge-" + archive));
      Programs.bash(judge, "tar -xpf ../" + archive + ".tar --numeric-owner --same-owner");
      Path copy = Files.createDirectory(folder.resolve("copy-" + archive));
      Trees.build(open(archive + ".tar"), copy);
      Programs.bash(folder, "touch -r judge-" + archive + " copy-" + archive);
      assertThat(Specimen.rsyncDifferences(folder, judge, copy)).as(archive).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "xz", "zstd", "gzip -1", "zstd --long=27 -19", "cat"})
  void seesTheCompressionItself(String compressor) throws IOException {
    Programs.need("xz", "zstd");
    Programs.bash(
        folder,
        "mkdir t; echo hello >t/f; tar -cf - -C t . | " + compressor + " >archive.of.some.kind");
    assertThat(Trees.read(open("archive.of.some.kind"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "xz", "zstd"})
  void readsStreamsThatWereWrittenInParts(String compressor) throws IOException {
    Programs.need("xz", "zstd");
    Programs.bash(
        folder,
        """
        mkdir t; head -c 300000 /dev/urandom >t/f; tar -cf whole.tar -C t .
        split -b 100000 whole.tar part.
        for p in part.*; do %s -c $p; done >a
        """
            .formatted(compressor));
    assertThat(Trees.read(open("a"))).hasSize(2);
  }

  @Test
  void readsAStreamOnce() throws IOException {
    Programs.bash(folder, "mkdir t; echo hello >t/f; tar -czf a.tgz -C t .");
    byte[] bytes = Files.readAllBytes(folder.resolve("a.tgz"));
    TreeSource source = TarSource.read(new ByteArrayInputStream(bytes), "-", Trees.options(0));
    assertThat(source.isRereadable()).isFalse();
    assertThat(Trees.read(source)).hasSize(2);
  }

  @Test
  void impliesDirectoriesThatAreMissingAndTakesThemFromTheArchiveWhenTheyCome() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p t/a/b t/c/d; touch t/a/b/f t/c/d/f; chmod 0711 t/a/b
        tar -cf a.tar -C t --no-recursion a/b/f c/d/f a/b
        """);
    List<String> items = new ArrayList<>();
    try (TreeSource source = open("a.tar")) {
      for (Item item = source.next(); item != null; item = source.next()) {
        items.add(
            item.path()
                + " "
                + Integer.toOctalString(item.facts().mode())
                + (item.isImplied() ? " implied" : ""));
      }
    }
    assertThat(items)
        .containsExactly(
            ". 755 implied",
            "a 755 implied",
            "a/b 755 implied",
            "a/b/f 644",
            "c 755 implied",
            "c/d 755 implied",
            "c/d/f 644",
            "a/b 711");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 9})
  void stripsAsGnuTarDoes(int strip) throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p t/p/q/r; cd t; echo 1 >p/one; echo 2 >p/q/two; echo 3 >p/q/r/three; ln p/q/r/three p/q/r/x
        tar -cf ../a.tar p; tar -cf ../dot.tar ./p
        """);
    for (String archive : List.of("a.tar", "dot.tar")) {
      Path judge = Files.createDirectory(folder.resolve("judge-" + archive));
      Programs.bash(judge, "tar -xpf ../" + archive + " --strip-components=" + strip);
      Path copy = Files.createDirectory(folder.resolve("copy-" + archive));
      Trees.build(
          TarSource.open(Trees.DISK, Trees.path(folder.resolve(archive)), Trees.options(strip)),
          copy);
      Programs.bash(folder, "touch -r judge-" + archive + " copy-" + archive);
      assertThat(Specimen.rsyncDifferences(folder, judge, copy)).isEmpty();
    }
  }

  @Test
  void leavesOutWhatIsExcluded() throws IOException {
    Programs.bash(
        folder,
        "mkdir -p t/keep t/.holdfast t/cache; touch t/keep/f t/cache/g t/.holdfast/h; tar -cf a.tar -C t .");
    TreeSource source =
        TarSource.open(
            Trees.DISK,
            Trees.path(folder.resolve("a.tar")),
            Trees.options(0, "cache/", ".holdfast"));
    assertThat(Trees.read(source).keySet())
        .extracting(Object::toString)
        .containsExactly(".", "keep", "keep/f");
  }

  @Test
  void withdrawsWhatBelongsToASupervisor() throws IOException {
    Programs.bash(
        folder,
        """
        mkdir -p t/svc/supervise t/svc/event t/other/supervise; touch t/svc/run t/svc/supervise/lock
        touch t/other/supervise/notes; mkfifo t/svc/supervise/ok t/svc/event/x t/pipe; tar -cf a.tar -C t .
        """);
    assertThat(Trees.read(open("a.tar")).keySet())
        .extracting(Object::toString)
        .containsExactly(
            ".", "other", "other/supervise", "other/supervise/notes", "pipe", "svc", "svc/run");
  }

  @Test
  void copiesOnlyWhatIsNotTheSame() throws IOException {
    int big = 600_000;
    Programs.bash(
        folder,
        """
        mkdir t live; cd t
        head -c %1$d /dev/urandom >same; cp same late; cp same early; cp same shorter; cp same longer
        truncate -s 3M holes; printf x | dd of=holes bs=1 seek=1500000 conv=notrunc status=none
        cp --sparse=never holes filled; cp holes in-hole; cp holes after-hole
        cp * ../live; cd ../live
        printf Z | dd of=late bs=1 seek=$((%1$d - 1)) conv=notrunc status=none
        printf Z | dd of=early bs=1 seek=0 conv=notrunc status=none
        truncate -s -1 shorter; printf x >>longer
        cp --sparse=never holes filled
        printf Z | dd of=in-hole bs=1 seek=1000000 conv=notrunc status=none
        printf Z | dd of=after-hole bs=1 seek=2500000 conv=notrunc status=none
        cd ..; tar -cf a.tar --sparse -C t .
        """
            .formatted(big));
    List<String> copied = new ArrayList<>();
    try (TreeSource source = open("a.tar");
        Directory live = Trees.DISK.openDirectory(Trees.path(folder.resolve("live")));
        Directory here = Trees.DISK.openDirectory(Trees.path(folder))) {
      for (Item item = source.next(); item != null; item = source.next()) {
        if (item.facts().type() == FileType.FILE) {
          EntryName name = item.path().name();
          EntryName staged = EntryName.of("staged-" + name);
          List<DiskFile> made = new ArrayList<>();
          try (DiskFile old = live.openToRead(name)) {
            Optional<Copied> result =
                item.copyUnlessSame(
                    old,
                    () -> {
                      made.add(here.create(staged, 0600));
                      return made.getFirst();
                    },
                    new ContentCopier(),
                    Progress.NONE);
            assertThat(made).hasSize(result.isPresent() ? 1 : 0);
            if (result.isPresent()) {
              copied.add(name.toString());
              byte[] wanted = Files.readAllBytes(folder.resolve("t/" + name));
              assertThat(Files.readAllBytes(folder.resolve("staged-" + name))).isEqualTo(wanted);
              assertThat(result.get())
                  .isEqualTo(
                      new Copied(
                          wanted.length, ContentDigest.of(ContentCopier.sha256().digest(wanted))));
            }
          }
          made.forEach(DiskFile::close);
        }
      }
    }
    assertThat(copied)
        .containsExactlyInAnyOrder("late", "early", "shorter", "longer", "in-hole", "after-hole");
  }

  @Test
  void comparesInOneReading() throws IOException {
    Programs.bash(
        folder,
        "mkdir t; printf aaaa >t/f; printf aaaa >same; printf aaab >other; tar -cf a.tar -C t f");
    try (Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile same = here.openToRead(EntryName.of("same"));
        DiskFile other = here.openToRead(EntryName.of("other"))) {
      assertThat(isFirstFile(same)).isTrue();
      assertThat(isFirstFile(other)).isFalse();
    }
  }

  private boolean isFirstFile(DiskFile file) throws IOException {
    try (TreeSource source = open("a.tar")) {
      source.next();
      Item item = Objects.requireNonNull(source.next());
      boolean same = item.sameBytes(file, new ContentCopier());
      assertThatThrownBy(() -> item.sameBytes(file, new ContentCopier()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(source.next()).isNull();
      return same;
    }
  }

  @Test
  void keepsNamesThatAreNotUtf8() throws IOException {
    for (String format : List.of("posix", "gnu")) {
      Programs.bash(
          folder,
          """
          rm -rf t; mkdir -p t/$'\\xff\\n'; touch t/$'\\xff\\n'/$'\\xc3\\xa9'; ln -s $'\\xfe' t/link
          long=$(printf '\\xff%.0s' $(seq 255)); touch "t/$long"
          tar -cf a.tar --format=FORMAT -C t .
          """
              .replace("FORMAT", format));
      NavigableMap<RelativePath, Facts> all = Trees.read(open("a.tar"));
      byte[] longName = new byte[255];
      Arrays.fill(longName, (byte) 0xff);
      assertThat(all.keySet())
          .contains(
              RelativePath.of(longName),
              RelativePath.of(new byte[] {(byte) 0xff, '\n', '/', (byte) 0xc3, (byte) 0xa9}));
      assertThat(Objects.requireNonNull(all.get(RelativePath.of("link"))).link())
          .isEqualTo(ByteString.of(new byte[] {(byte) 0xfe}));
    }
  }

  private TarSource open(String archive) throws IOException {
    return TarSource.open(Trees.DISK, Trees.path(folder.resolve(archive)), Trees.options(0));
  }
}
