package dev.holdfast.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.disk.Directory;
import dev.holdfast.disk.DiskFile;
import dev.holdfast.disk.EntryName;
import dev.holdfast.disk.FileType;
import dev.holdfast.disk.RelativePath;
import dev.holdfast.engine.failure.RefusedException;
import dev.holdfast.engine.source.TreeSource.Item;
import dev.holdfast.engine.tree.ContentCopier;
import dev.holdfast.engine.tree.ContentCopier.Progress;
import dev.holdfast.journal.Facts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileArchiveTest {
  private static final String LONG = "n".repeat(256);

  static Stream<Arguments> hostile() {
    return Stream.of(
        refused(
            "an absolute name",
            tar().file("/etc/passwd", "x"),
            "entry /etc/passwd has an absolute name"),
        refused(
            "an absolute PAX name",
            tar().pax("path=/etc/passwd").file("ok", "x"),
            "entry /etc/passwd has an absolute"),
        refused("dots first", tar().file("../x", "x"), "entry ../x has .. in its name"),
        refused("dots inside", tar().file("a/../../x", "x"), "entry a/../../x has .."),
        refused("dots last", tar().directory("a/.."), "entry a/.. has .."),
        refused(
            "below a link",
            tar().symlink("a", "/etc").file("a/passwd", "x"),
            "entry a/passwd lies below a, which is a symbolic link"),
        refused(
            "deep below a link",
            tar().symlink("a", "b").file("a/b/c/d", "x"),
            "entry a/b/c/d lies below a, which is a symbolic link"),
        refused(
            "below a file",
            tar().file("a", "").file("a/b", "x"),
            "entry a/b lies below a, which is a file"),
        refused(
            "a link for a directory",
            tar().file("a/b", "x").symlink("a", "/etc"),
            "entry a comes twice: as a directory and as a symbolic link"),
        refused(
            "a directory for a link",
            tar().symlink("a", "/etc").directory("a/").file("a/b", "x"),
            "entry a/ comes twice: as a symbolic link and as a directory"),
        refused(
            "a file twice",
            tar().file("a", "1").file("a", "2"),
            "entry a comes twice: as a file and as a file"),
        refused(
            "a file twice by other names",
            tar().file("x/a", "1").file("./x//./a", "2"),
            "entry ./x//./a comes twice"),
        refused("a link twice", tar().symlink("a", "1").symlink("a", "1"), "entry a comes twice"),
        refused(
            "a link to outside",
            tar().hardlink("a", "/etc/passwd"),
            "entry a is a hard link to a file that has an absolute name"),
        refused(
            "a link upwards",
            tar().hardlink("a", "../x"),
            "entry a is a hard link to a file that has .. in its name"),
        refused(
            "a link to what is not there",
            tar().hardlink("a", "b").file("b", "x"),
            "entry a is a hard link to b, which has not come before it"),
        refused(
            "a link to itself",
            tar().hardlink("a", "a"),
            "entry a is a hard link to a, which has not come"),
        refused(
            "a link through a link",
            tar().symlink("d", "/etc").hardlink("a", "d/passwd"),
            "entry a is a hard link to d/passwd, which has not come"),
        refused(
            "a link to a directory",
            tar().directory("d").hardlink("a", "d"),
            "entry a is a hard link to d, which is a directory"),
        refused(
            "a link to the top", tar().hardlink("a", "."), "entry a is a hard link to ., which"),
        refused(
            "our own name",
            tar().file(".holdfast/pending", "x"),
            "entry .holdfast/pending has the name .holdfast"),
        refused(
            "our own name inside",
            tar().directory("a/.holdfast/"),
            "entry a/.holdfast/ has the name .holdfast"),
        refused(
            "a long name",
            tar().pax("path=" + LONG).file("x", ""),
            " has a name of more than 255 bytes"),
        refused(
            "a long path",
            tar().pax("path=" + "d/".repeat(2100) + "f").file("x", ""),
            " has a path of more than 4095 bytes"),
        refused(
            "NUL in a PAX name",
            tar().pax("path=a\0b").file("x", ""),
            "entry \"a\\000b\" has a name with NUL in it"),
        refused(
            "NUL in a GNU name",
            tar().entry('L', "L", "", TarBytes.bytes("a\0b\0")).file("x", ""),
            "it has a name with NUL"),
        refused(
            "NUL in a target",
            tar().pax("linkpath=a\0b").symlink("x", "y"),
            "entry x is a symbolic link with a target that cannot be"),
        refused(
            "an empty target", tar().symlink("x", ""), "entry x is a symbolic link with a target"),
        refused("no name", tar().file("", "x"), "has no name"),
        refused("a file for the tree", tar().file("./", "").file(".", "x"), "entry . comes twice"),
        refused("an unknown type", tar().entry('A', "x", "", new byte[0]), "it has the type \"A\""),
        refused(
            "another volume",
            tar().entry('M', "x", "", new byte[0]),
            "it continues another volume"),
        refused(
            "an ACL for a stranger",
            tar()
                .pax(
                    "SCHILY.acl.access=user::rw-,user:no-such-user:r--,group::r--,mask::r--,other::r--")
                .file("x", ""),
            "entry x has an ACL for the user no-such-user, whom"),
        refused(
            "a broken ACL",
            tar().pax("SCHILY.acl.access=user:rw").file("x", ""),
            "entry x has an ACL that makes no sense"),
        refused(
            "a broken record",
            tar().entry('x', "x", "", TarBytes.bytes("99 path=a\n")).file("x", ""),
            "it has a malformed extended header"),
        refused(
            "a record of nothing",
            tar().entry('x', "x", "", TarBytes.bytes("0 path=a\n")).file("x", ""),
            "it has a malformed extended header"),
        refused(
            "a bad size",
            tar().pax("size=-5").file("x", ""),
            "it has an extended header with a bad number"),
        refused(
            "a huge size",
            tar().pax("size=99999999999999999999").file("x", ""),
            "it has an extended header with a bad number"),
        refused(
            "a lying size",
            tar().pax("size=9223372036854775807").file("x", ""),
            "it ends inside a file's contents"),
        refused(
            "a bad time",
            tar().pax("mtime=yesterday").file("x", ""),
            "it has an extended header with a bad time"),
        refused(
            "a bad owner",
            tar().pax("uid=4294967295").file("x", ""),
            "it has the owner or group 4294967295"),
        refused(
            "an absurd hole",
            tar().pax("GNU.sparse.map=0,1", "GNU.sparse.size=4611686018427387904").file("x", "1"),
            "entry x has, or those before it have, absurdly large holes"),
        refused(
            "overlapping parts",
            tar().pax("GNU.sparse.map=0,2,1,2", "GNU.sparse.size=9").file("x", "1234"),
            "it has a sparse map that makes no sense"),
        refused(
            "parts beyond the end",
            tar().pax("GNU.sparse.map=8,2", "GNU.sparse.size=9").file("x", "12"),
            "it has a sparse map that makes no sense"),
        refused(
            "overflowing parts",
            tar().pax("GNU.sparse.map=9223372036854775807,2", "GNU.sparse.size=9").file("x", "12"),
            "it has a sparse map that makes no sense"),
        refused(
            "fewer bytes than parts",
            tar().pax("GNU.sparse.map=0,5", "GNU.sparse.size=9").file("x", "12"),
            "it has a sparse map that does not fit its data"),
        refused(
            "a map without end",
            tar()
                .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=9")
                .file("x", "1000\n1\n"),
            "it has a sparse map that does not end"),
        refused(
            "a huge extended header",
            tar().raw(TarBytes.header('x', "x", "", 1L << 32)),
            "it has an extended header of 4294967296 bytes"));
  }

  private static Arguments refused(String what, TarBytes archive, String message) {
    return Arguments.of(what, archive.finished(), message);
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void isRefusedByName(String what, byte[] archive, String message) {
    assertThatThrownBy(() -> read(archive))
        .as(what)
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("cannot apply archive bad.tar: it")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  static Stream<Arguments> damaged() throws IOException {
    byte[] good = tar().file("a", "a".repeat(2000)).file("b", "b").finished();
    byte[] compressed = gzip(good);
    byte[] flipped = good.clone();
    flipped[512 * 5 + 3] ^= 1;
    byte[] flippedInside = compressed.clone();
    flippedInside[compressed.length - 6] ^= 1;
    return Stream.of(
        Arguments.of("nothing", new byte[0], "it is empty"),
        Arguments.of("text", TarBytes.bytes("hello ".repeat(200)), "it is not a tar archive"),
        Arguments.of("a short text", TarBytes.bytes("hello"), "it is not a tar archive"),
        Arguments.of("zeros only", new byte[10240], "it has no entries"),
        Arguments.of("cut in a header", cut(good, 300), "it is not a tar archive"),
        Arguments.of("cut in a later header", cut(good, 512 * 5 + 9), "it ends inside a header"),
        Arguments.of("cut in a file", cut(good, 900), "it ends inside a file's contents"),
        Arguments.of(
            "cut in the padding", cut(good, 512 + 2010), "it ends inside a file's contents"),
        Arguments.of(
            "cut between entries", cut(good, 512 * 5), "it has no end mark; it was cut off"),
        Arguments.of("without an end mark", cut(good, good.length - 1024), "it has no end mark"),
        Arguments.of(
            "a damaged header",
            flipped,
            "it is damaged: no header where one should be, at byte 2560"),
        Arguments.of(
            "garbage at the end",
            tar().raw(good).raw(TarBytes.bytes("x")).unfinished(),
            "it goes on after its end mark, at byte "),
        Arguments.of(
            "a second archive",
            tar().raw(good).raw(good).unfinished(),
            "it goes on after its end mark"),
        Arguments.of(
            "an extended header for nothing",
            tar().file("a", "").pax("path=x").finished(),
            "it ends after an extended header"),
        Arguments.of(
            "gzip, cut", cut(compressed, compressed.length - 20), "damaged or was cut off"),
        Arguments.of(
            "gzip, without its sum",
            cut(compressed, compressed.length - 4),
            "damaged or was cut off"),
        Arguments.of("gzip, a wrong sum", flippedInside, "damaged or was cut off"),
        Arguments.of(
            "gzip and garbage",
            tar().raw(compressed).raw(TarBytes.bytes("garbage")).unfinished(),
            "damaged or was cut off"),
        Arguments.of("bzip2", TarBytes.bytes("BZh91AY&SY"), "it is compressed with bzip2"));
  }

  private static byte[] cut(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream zip = new GZIPOutputStream(out)) {
      zip.write(bytes);
    }
    return out.toByteArray();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void isRefusedIfDamaged(String what, byte[] archive, String message) {
    assertThatThrownBy(() -> read(archive))
        .as(what)
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("cannot apply archive bad.tar: it")
        .hasMessageContaining(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void otherCompressorsNoticeDamageToo(@TempDir Path folder) {
    Programs.need("xz", "zstd");
    Programs.bash(folder, "mkdir t; head -c 200000 /dev/urandom >t/f; tar -cf a.tar -C t .");
    for (String compressor : List.of("gzip", "xz", "zstd")) {
      Programs.bash(
          folder,
          """
          %1$s -c a.tar >whole.%1$s
          head -c -7 whole.%1$s >cut.%1$s; head -c 100000 whole.%1$s >half.%1$s
          cp whole.%1$s flipped.%1$s
          printf '\\xff\\x00\\xff' | dd of=flipped.%1$s bs=1 seek=100000 conv=notrunc status=none
          cp whole.%1$s garbage.%1$s; echo garbage >>garbage.%1$s
          """
              .formatted(compressor));
      for (String damage : List.of("cut", "half", "flipped", "garbage")) {
        Path archive = folder.resolve(damage + "." + compressor);
        assertThatThrownBy(
                () -> Trees.read(TarSource.open(Trees.DISK, Trees.path(archive), Trees.options(0))))
            .as(archive.toString())
            .isInstanceOf(RefusedException.class)
            .hasMessageContaining("cannot apply archive " + archive + ": it");
      }
    }
  }

  @Test
  void neverFailsInAnUncontrolledWay() throws IOException {
    byte[] good =
        tar()
            .globalPax("comment=x")
            .directory("d/")
            .pax("path=d/long", "mtime=12.5", "SCHILY.xattr.user.x=y")
            .file("x", "content")
            .pax("GNU.sparse.map=0,1,5,1", "GNU.sparse.size=9")
            .file("sparse", "12")
            .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=9")
            .file("sparse1", "1\n3\n2\n" + "\0".repeat(506) + "ab")
            .symlink("link", "target")
            .hardlink("hard", "d/long")
            .finished();
    assertThat(read(good)).hasSize(7);
    Random random = new Random(1);
    int refusals = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bad = good.clone();
      int block = random.nextInt(bad.length / 512) * 512;
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[block + random.nextInt(512)] = (byte) random.nextInt(256);
      }
      if (random.nextBoolean()) {
        TarBytes.signed(bad, block);
      }
      try {
        read(bad);
      } catch (RefusedException _) {
        refusals++;
      }
    }
    assertThat(refusals).isGreaterThan(5_000);
  }

  @Test
  void refusesABombByItsRatio() throws IOException {
    ArchiveLimits limits = new ArchiveLimits(1L << 40, 1000, 250, 1 << 20, 1L << 40);
    byte[] bomb = gzip(tar().file("zeros", "\0".repeat(2 << 20)).finished());
    assertThatThrownBy(() -> read(bomb, limits))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("unpacks to more than 250 times its size");
    byte[] plain = tar().file("zeros", "\0".repeat(2 << 20)).finished();
    assertThat(read(plain, limits)).hasSize(2);
  }

  @Test
  void refusesWhatTheTargetHasNoRoomFor(@TempDir Path folder) throws IOException {
    ArchiveLimits limits = new ArchiveLimits(1000, 1000, 250, 1 << 20, 1L << 40);
    byte[] archive = tar().file("a", "a".repeat(600)).file("b", "b".repeat(600)).finished();
    try (TreeSource source = source(archive, limits);
        Directory here = Trees.DISK.openDirectory(Trees.path(folder));
        DiskFile to = here.create(EntryName.of("to"), 0600)) {
      source.next();
      copy(source, to);
      assertThatThrownBy(() -> copy(source, to))
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("entry b needs 600 bytes, and the target has room for 400 more");
    }
  }

  private static void copy(TreeSource source, DiskFile to) throws IOException {
    Item item = Objects.requireNonNull(source.next());
    item.copyTo(to, new ContentCopier(), Progress.NONE);
  }

  @Test
  void refusesALinkToWhatIsExcluded() {
    byte[] archive = tar().file("a", "x").hardlink("b", "a").finished();
    assertThatThrownBy(() ->
            Trees.read(
                TarSource.read(
                    new ByteArrayInputStream(archive), "bad.tar", Trees.options(0, "/a"))))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("entry b is a hard link to a, which is excluded");
  }

  @Test
  void refusesTooManyEntries() {
    ArchiveLimits limits = new ArchiveLimits(1000, 5, 250, 1 << 20, 1L << 40);
    byte[] archive = tar().file("a/b/c/d", "").file("e", "").finished();
    assertThatThrownBy(() -> read(archive, limits))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("entry e is one of more than 5 entries");
  }

  @Test
  void readsLargeFilesInConstantMemory() throws IOException {
    long size = 6L << 30;
    byte[] header = TarBytes.header('0', "big", "", size);
    InputStream zeros =
        new InputStream() {
          private long left = size + 1024;

          @Override
          public int read() {
            return left-- > 0 ? 0 : -1;
          }

          @Override
          public int read(byte[] to, int offset, int length) {
            int n = (int) Math.min(left, length);
            Arrays.fill(to, offset, offset + n, (byte) 0);
            left -= n;
            return n == 0 ? -1 : n;
          }
        };
    NavigableMap<RelativePath, Facts> all =
        Trees.read(
            TarSource.read(
                new SequenceInputStream(new ByteArrayInputStream(header), zeros),
                "-",
                Trees.options(0)));
    assertThat(all.lastEntry().getValue().size()).isEqualTo(size);
    assertThat(all.lastEntry().getValue().type()).isEqualTo(FileType.FILE);
  }

  private static NavigableMap<RelativePath, Facts> read(byte[] archive) throws IOException {
    return read(archive, Trees.LIMITS);
  }

  private static NavigableMap<RelativePath, Facts> read(byte[] archive, ArchiveLimits limits)
      throws IOException {
    return Trees.read(source(archive, limits));
  }

  private static TreeSource source(byte[] archive, ArchiveLimits limits) throws IOException {
    return TarSource.read(new ByteArrayInputStream(archive), "bad.tar", Trees.options(limits, 0));
  }
}
